// The device "onednn": training on CPUs.
#include <fmt/format.h>

#include "adapter.h"
#include "api/author.h"
#include "api/ops.h"
#include "common/fuse.h"
#include "common/lower.h"
#include "common/memory.h"
#include "defer.h"
#include "fold.h"
#include "kernels/table.h"
#include "layout.h"
#include "peak.h"
#include "plan.h"
#include "rules.h"
#include "statistics.h"
#include "threads.h"

namespace gramstack::onednn {
namespace {

std::string declines_type(const TensorType& type) {
  return type.type == DataType::f64 ? "wants f32, got f64" : std::string();
}

ConvolutionAlgorithm algorithm(std::string_view name) {
  if (name == "direct") return ConvolutionAlgorithm::direct;
  return name == "winograd" ? ConvolutionAlgorithm::winograd : ConvolutionAlgorithm::automatic;
}

class OneDnn final : public Device {
 public:
  explicit OneDnn(const Arguments& arguments) : engine_(std::make_shared<Engine>()) {
    settings_.threads = usable_threads(static_cast<int>(arguments.integer("threads")));
    settings_.convolution = algorithm(arguments.choice("convolution"));
  }

  std::string describe() const override {
    return fmt::format("onednn {}, {} thread{}, {}", onednn_version(), settings_.threads,
                       settings_.threads == 1 ? "" : "s", instruction_set());
  }

  std::string declines(const Graph& graph, const Node& node) const override {
    for (Value input : node.inputs)
      if (input)
        if (std::string reason = declines_type(graph.type(input)); !reason.empty()) return reason;
    for (const TensorType& output : node.outputs)
      if (std::string reason = declines_type(output); !reason.empty()) return reason;
    if (node.op->has(trait_source) || find_elementwise(node.op->name) || find_rule(node.op->name)) return {};
    return "has no kernel for this op";
  }

  double measure_peak() override { return onednn::measure_peak(settings_.threads); }

  std::unique_ptr<Plan> compile(const Graph& graph, const CompileOptions& options) override {
    const Graph live = without_dead_nodes(graph);
    for (const Node& node : live.nodes())
      if (const std::string reason = declines(live, node); !reason.empty())
        throw Error(ExitCode::device,
                    fmt::format("device onednn declines {} \"{}\": {}", node.op->name, node.name, reason));
    Program program = lower(live, dialect());
    const auto observe = [&](std::string_view pass, const std::string& text) {
      if (options.observe) options.observe(pass, text);
    };
    observe("lower", to_text(program));
    sink_updates(program);
    fuse_normalization(program);
    fuse_elementwise(program);
    observe("fuse", to_text(program));
    fold_normalization(program);
    observe("fold", to_text(program));
    assign_layouts(program);
    observe("layout", to_text(program));
    defer_normalization(program, settings_);
    observe("defer", to_text(program));
    fuse_statistics(program, settings_);
    observe("statistics", to_text(program));
    batch_elementwise(program);
    observe("batch", to_text(program));
    assign_memory(program);
    observe("memory", to_text(program) + memory_to_text(program));
    std::string steps;
    std::unique_ptr<Plan> plan = make_plan(std::move(program), engine_, settings_, steps);
    observe("plan", steps);
    return plan;
  }

 private:
  Settings settings_;
  std::shared_ptr<const Engine> engine_;
};

constexpr gramstack_param kParameters[] = {
    integer("threads", "threads that a step runs on; 0: all processors", "0", 0, 1024),
    choice("convolution", "direct, winograd wherever there is a kernel for it, or the faster one", "auto",
           "auto|direct|winograd")};
constexpr gramstack_class kClasses[] = {describe<Device, OneDnn, kParameters>(
    "onednn", "CPUs: oneDNN convolutions, own fused kernels, blocked layouts, one arena")};

}  // namespace
}  // namespace gramstack::onednn

GRAMSTACK_PLUGIN("onednn", "0.1.0", gramstack::onednn::kClasses, GRAMSTACK_KEEP_LOADED)
