// The reference device: every op as plain loops over doubles. Slow and obviously right; other devices are compared
// with it. f32 tensors are rounded to float after each node, so a graph of f32 is f32 storage with f64 arithmetic.
#include <fmt/format.h>

#include <new>
#include <stdexcept>

#include "api/author.h"
#include "api/ops.h"
#include "plan.h"

namespace gramstack::reference {
namespace {

std::string place(const Graph& graph, const Node& node) {
  const std::ptrdiff_t index = &node - graph.nodes().data();
  return node.name.empty() ? fmt::format("%{}", index) : fmt::format("'{}'", node.name);
}

class ReferenceDevice final : public Device {
 public:
  explicit ReferenceDevice(const Arguments&) {}

  std::string describe() const override { return "reference, f64 arithmetic, 1 thread"; }

  std::string declines(const Graph&, const Node& node) const override {
    return find_function(node.op->name) ? "" : fmt::format("has no op '{}'", node.op->name);
  }

  std::unique_ptr<Plan> compile(const Graph& graph, const CompileOptions& options) override {
    for (const Node& node : graph.nodes()) {
      const std::string reason = declines(graph, node);
      if (!reason.empty())
        throw Error(ExitCode::device,
                    fmt::format("device 'reference' declines node {}: {}", place(graph, node), reason));
    }
    if (options.observe) options.observe("lowered", to_text(graph));
    return prepare(graph);
  }

 private:
  static std::unique_ptr<Plan> prepare(const Graph& graph) {
    const std::string message = "device 'reference': out of memory for the tensors of this graph";
    try {
      return std::make_unique<ReferencePlan>(graph);
    } catch (const std::bad_alloc&) {
      throw Error(ExitCode::resource, message);
    } catch (const std::length_error&) {
      throw Error(ExitCode::resource, message);
    }
  }
};

constexpr gramstack_class kClasses[] = {describe<Device, ReferenceDevice>(
    "reference", "every op as plain loops in f64: slow, the measure of other devices")};

}  // namespace
}  // namespace gramstack::reference

GRAMSTACK_PLUGIN("reference", "0.1.0", gramstack::reference::kClasses, GRAMSTACK_KEEP_LOADED)
