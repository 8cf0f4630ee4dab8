#include <algorithm>

#include "common/fuse.h"
#include "common/normalization.h"
#include "common/rule.h"

namespace gramstack::compiler {
namespace {

constexpr std::size_t kNowhere = ~std::size_t{0};

/// Finds the patterns and rewrites them in place; emptied instructions are erased at the end.
class NormalizationFusion {
 public:
  explicit NormalizationFusion(Program& program)
      : program_(program), readers_(readers(program)), writers_(writers(program)), needed_(needed_at_end(program)) {}

  void run() {
    for (std::size_t i = 0; i < program_.instructions.size(); ++i) {
      const std::string_view name = at(i).rule->name;
      if (at(i).attributes.find(kFusedRelu) || at(i).attributes.find(kFusedAdd)) continue;  // moved here, done
      if (name == "batch_norm" || name == "batch_norm_inference") fuse_forward(i);
      if (name == "batch_norm_gradient") fuse_gradient(i);
    }
    std::erase_if(program_.instructions, [](const Instruction& instruction) { return instruction.outputs.empty(); });
  }

 private:
  Instruction& at(std::size_t i) { return program_.instructions[i]; }

  const std::vector<std::size_t>& readers_of(TensorId id) const { return readers_[static_cast<std::size_t>(id)]; }

  std::size_t only_reader(TensorId id) const {
    const std::vector<std::size_t>& list = readers_of(id);
    return list.size() == 1 && !needed_[static_cast<std::size_t>(id)] ? list[0] : kNowhere;
  }

  /// The instruction, when it is `function` of operands that all have the shape of its result.
  const Expression* match(std::size_t i, std::string_view function) {
    if (i == kNowhere || at(i).expressions.size() != 1) return nullptr;
    const Expression& expression = at(i).expressions[0];
    if (expression.terms.size() != 1 || expression.terms[0].function->name != function) return nullptr;
    for (TensorId input : expression.inputs)
      if (program_.shape(input) != expression.shape) return nullptr;
    return &expression;
  }

  TensorId left(const Expression& e) const { return e.inputs[static_cast<std::size_t>(e.terms[0].left)]; }
  TensorId right(const Expression& e) const { return e.inputs[static_cast<std::size_t>(e.terms[0].right)]; }

  void empty(std::size_t i) { at(i) = Instruction{at(i).rule, "", {}, {}, {}, {}}; }

  void fuse_forward(std::size_t i) {
    std::size_t place = i;
    const std::size_t add = only_reader(at(i).outputs[0]);
    if (const Expression* sum = match(add, "add"); sum && sum->inputs.size() == 2 && can_move(i, add)) {
      const TensorId addend = left(*sum) == at(i).outputs[0] ? right(*sum) : left(*sum);
      if (takes_sum(addend, i, add)) {
        at(i).attributes.set(kFusedAdd, std::int64_t{1});
        at(i).inputs.push_back(addend);
        at(i).outputs[0] = at(add).outputs[0];
        place = add;
      }
    }
    const std::size_t relu = only_reader(at(i).outputs[0]);
    if (match(relu, "relu")) {
      at(i).attributes.set(kFusedRelu, std::int64_t{1});
      at(i).outputs[0] = at(relu).outputs[0];
      empty(relu);
    }
    if (place == i) return;
    at(place) = std::move(at(i));
    empty_moved(i, place);
  }

  void empty_moved(std::size_t from, std::size_t to) { at(from) = Instruction{at(to).rule, "", {}, {}, {}, {}}; }

  /// Of two normalisations that are added, the later one takes the sum.
  bool takes_sum(TensorId addend, std::size_t i, std::size_t add) const {
    const std::size_t other = writer(addend);
    if (other == kNowhere || other < i) return true;
    return !program_.instructions[other].rule->name.starts_with("batch_norm") || only_reader(addend) != add;
  }

  /// Whether nothing between i and `to` reads the statistics.
  bool can_move(std::size_t i, std::size_t to) const {
    const std::vector<TensorId>& outputs = program_.instructions[i].outputs;
    return std::all_of(outputs.begin() + 1, outputs.end(), [&](TensorId id) {
      return std::all_of(readers_of(id).begin(), readers_of(id).end(), [&](std::size_t reader) { return reader > to; });
    });
  }

  std::size_t writer(TensorId id) const {
    const Index position = writers_[static_cast<std::size_t>(id)];
    return position < 0 ? kNowhere : static_cast<std::size_t>(position);
  }

  void fuse_gradient(std::size_t i) {
    TensorId gradient = at(i).inputs[0];
    if (needed_[static_cast<std::size_t>(gradient)] || readers_of(gradient)[0] != i) return;
    const TensorId whole = gradient;
    std::vector<std::size_t> gone;
    if (const Expression* mask = match(writer(gradient), "relu_gradient"); mask && mask->inputs.size() == 2) {
      at(i).attributes.set(kFusedRelu, std::int64_t{1});
      at(i).inputs.push_back(right(*mask));
      gone.push_back(writer(gradient));
      gradient = left(*mask);
    }
    const bool inner = gone.empty() || only_reader(gradient) == gone[0];
    if (const Expression* sum = match(writer(gradient), "add"); sum && sum->inputs.size() == 2 && inner) {
      at(i).attributes.set(kFusedAdd, std::int64_t{1});
      at(i).inputs.push_back(right(*sum));
      gone.push_back(writer(gradient));
      gradient = left(*sum);
    }
    if (gone.empty()) return;
    at(i).inputs[0] = gradient;
    if (readers_of(whole).size() > 1) at(i).outputs.push_back(whole);
    for (std::size_t position : gone) empty(position);
  }

  Program& program_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<Index> writers_;
  std::vector<bool> needed_;
};

}  // namespace

void fuse_normalization(Program& program) { NormalizationFusion(program).run(); }

}  // namespace gramstack::compiler
