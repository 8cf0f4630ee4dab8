#include "plan.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>

#include "api/error.h"
#include "common/memory.h"
#include "threads.h"

namespace gramstack::onednn {
namespace {

struct Step {
  std::string name;
  Run run;
};

class OneDnnPlan final : public Plan {
 public:
  OneDnnPlan(Program program, std::shared_ptr<const Engine> engine, const Settings& settings)
      : program_(std::move(program)), engine_(std::move(engine)), settings_(settings) {
    const ThreadScope scope(settings_.threads);
    allocate();
    prepare();
    for (const Binding& binding : program_.inputs) writable_[binding.name] = binding.tensor;
    for (const Binding& binding : program_.parameters)
      writable_[binding.name] = readable_[binding.name] = binding.tensor;
    for (const Binding& binding : program_.outputs) readable_[binding.name] = binding.tensor;
  }

  void write(std::string_view name, std::span<const std::byte> bytes) override {
    const TensorId id = find(writable_, name, bytes.size(), "input or parameter");
    std::memcpy(address(id), bytes.data(), bytes.size());
  }

  void read(std::string_view name, std::span<std::byte> bytes) const override {
    const TensorId id = find(readable_, name, bytes.size(), "output or parameter");
    std::memcpy(bytes.data(), address(id), bytes.size());
  }

  void run() override {
    const ThreadScope scope(settings_.threads);
    for (const Step& step : steps_) step.run();
  }

  void run_timed(const Timed& timed) override {
    const ThreadScope scope(settings_.threads);
    for (const Step& step : steps_) {
      const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
      step.run();
      timed(step.name, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
  }

  std::string to_text() const {
    std::string text;
    for (const Step& step : steps_) text += step.name + "\n";
    return text;
  }

  MemoryReport memory() const override {
    std::size_t parameters = 0;
    for (const Binding& binding : program_.parameters) parameters += program_.tensor(binding.tensor).type.bytes();
    return {parameters, arena_.size(), workspace_.size()};
  }

 private:
  using Names = std::map<std::string, TensorId, std::less<>>;

  TensorId find(const Names& names, std::string_view name, std::size_t bytes, const char* what) const {
    const auto found = names.find(name);
    if (found == names.end()) throw Error(ExitCode::unexpected, fmt::format("the step has no {} \"{}\"", what, name));
    const std::size_t want = program_.tensor(found->second).type.bytes();
    if (bytes != want) throw Error(ExitCode::unexpected, fmt::format("\"{}\" has {} bytes, got {}", name, want, bytes));
    return found->second;
  }

  std::byte* address(TensorId id) const {
    const TensorId root = program_.root(id);
    const Tensor& tensor = program_.tensor(root);
    return (tensor.place == Place::arena ? arena_.data() : permanent_.data()) + tensor.offset;
  }

  void allocate() {
    arena_ = Buffer(program_.arena);
    permanent_ = Buffer(assign_permanent(program_));
    for (std::size_t i = 0; i < program_.tensors.size(); ++i)
      if (program_.tensors[i].place == Place::constant) fill_constant(static_cast<TensorId>(i));
  }

  void fill_constant(TensorId id) {
    const Tensor& tensor = program_.tensor(id);
    float* data = reinterpret_cast<float*>(address(id));
    for (std::size_t i = 0; i < static_cast<std::size_t>(tensor.type.elements()); ++i)
      data[i] = static_cast<float>(tensor.values[tensor.values.size() == 1 ? 0 : i]);
  }

  void prepare() {
    const Preparation::Address where = [this](TensorId id) { return address(id); };
    for (const Instruction& instruction : program_.instructions) {
      if (instruction.rule->view) continue;
      Preparation preparation(program_, instruction, where, workspace_, *engine_, settings_);
      Run run = static_cast<const Rule*>(instruction.rule)->prepare(preparation);
      std::string name(instruction.rule->name);
      if (!instruction.name.empty()) name += " " + instruction.name;
      if (!preparation.note().empty()) name += " (" + preparation.note() + ")";
      steps_.push_back({std::move(name), std::move(run)});
    }
    workspace_.allocate();
  }

  Program program_;
  std::shared_ptr<const Engine> engine_;
  Settings settings_;
  Buffer arena_, permanent_;  // intermediate tensors; inputs, parameters and constants
  Workspace workspace_;
  std::vector<Step> steps_;
  Names writable_, readable_;
};

}  // namespace

Buffer::Buffer(std::size_t bytes) : size_(bytes) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : kAlignment;
  const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
  data_.reset(static_cast<std::byte*>(std::aligned_alloc(alignment, rounded)));
  if (!data_) throw Error(ExitCode::resource, fmt::format("the onednn device cannot allocate {} bytes", bytes));
  if (alignment == kHugePage) madvise(data_.get(), rounded, MADV_HUGEPAGE);
  std::memset(data_.get(), 0, rounded);
}

void Buffer::Free::operator()(std::byte* memory) const { std::free(memory); }

std::unique_ptr<Plan> make_plan(Program program, std::shared_ptr<const Engine> engine, const Settings& settings,
                                std::string& text) {
  std::unique_ptr<OneDnnPlan> plan = std::make_unique<OneDnnPlan>(std::move(program), std::move(engine), settings);
  text = plan->to_text();
  return plan;
}

}  // namespace gramstack::onednn
