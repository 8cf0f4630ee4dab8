#include "node_device.h"

#include <cstring>
#include <functional>
#include <map>
#include <stdexcept>

#include "api/error.h"
#include "api/ops.h"
#include "vendor.h"

namespace gramstack::gpu_test {
namespace {

using cudnn::Array;
using cudnn::Element;
using cudnn::Layout;

Element element_of(DataType type) {
  return type == DataType::i32 ? Element::i32 : type == DataType::u8 ? Element::u8 : Element::f32;
}

class NodePlan final : public Plan {
 public:
  NodePlan(Graph graph, const NodeSettings& settings) : graph_(std::move(graph)), settings_(settings) {
    for (const Node& node : graph_.nodes()) add_tensors(node);
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) add_step(i);
    for (const NamedValue& input : graph_.inputs()) add_staging(input.value);
    for (const Parameter& parameter : graph_.parameters()) add_staging(parameter.value);
    for (const NamedValue& output : graph_.outputs()) results_.push_back(plain(graph_.type(output.value)));
    for (const Update& update : graph_.updates()) news_.push_back(plain(graph_.type(update.value)));
    for (std::size_t i = 0; i < graph_.outputs().size(); ++i) copy(at(graph_.outputs()[i].value), results_[i]);
    for (std::size_t i = 0; i < graph_.updates().size(); ++i) copy(at(graph_.updates()[i].value), news_[i]);
    for (std::size_t i = 0; i < graph_.updates().size(); ++i) copy(news_[i], at(graph_.updates()[i].parameter));
  }

  void write(std::string_view name, std::span<const std::byte> bytes) override {
    for (const NamedValue& input : graph_.inputs())
      if (input.name == name) return write(input.value, bytes);
    if (const Parameter* parameter = graph_.find_parameter(name)) return write(parameter->value, bytes);
    throw Error(ExitCode::unexpected, "no input or parameter '" + std::string(name) + "'");
  }

  void read(std::string_view name, std::span<std::byte> bytes) const override {
    for (std::size_t i = 0; i < graph_.outputs().size(); ++i)
      if (graph_.outputs()[i].name == name) {
        std::memcpy(bytes.data(), results_[i]->buffer.data(), bytes.size());
        return;
      }
    const Parameter* const parameter = graph_.find_parameter(name);
    if (!parameter) throw Error(ExitCode::unexpected, "no output or parameter '" + std::string(name) + "'");
    const Staging& staging = staging_.at(parameter->value.node);
    staging.out();
    std::memcpy(bytes.data(), staging.plain->buffer.data(), bytes.size());
  }

  void run() override {
    for (const std::function<void()>& step : steps_) step();
  }

  const std::map<std::string, cudnn::KernelSource>& sources() const { return sources_; }

  MemoryReport memory() const override {
    MemoryReport report;
    for (const Parameter& parameter : graph_.parameters()) report.parameters += graph_.type(parameter.value).bytes();
    return report;
  }

 private:
  struct Tensor {
    Array array;
    Buffer buffer;
    explicit Tensor(Array made)
        : array(std::move(made)), buffer(static_cast<std::size_t>(elements(array.shape)) * size_of(array.element)) {}
  };
  using Shared = std::shared_ptr<Tensor>;
  using Tensors = std::vector<Shared>;
  struct Staging {
    Shared plain;
    std::function<void()> in, out;
  };

  static Shared plain(const TensorType& type) {
    return std::make_shared<Tensor>(Array{element_of(type.type), type.shape, Layout::plain, {}});
  }

  const Shared& at(Value value) const {
    return tensors_[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.output)];
  }

  /// Maps in the layout and elements that are tested; other tensors, and weights of convolutions, in f32.
  void add_tensors(const Node& node) {
    Tensors made;
    for (const TensorType& type : node.outputs) {
      Array array{element_of(type.type), type.shape, Layout::plain, {}};
      if (is_real(type.type) && type.shape.size() == 4) {
        array.layout = settings_.layout;
        if (!node.op->has(trait_bound)) array.element = settings_.maps;
        if (node.op->name == "gather") array.element = at(node.inputs[0])->array.element;
      }
      made.push_back(std::make_shared<Tensor>(array));
    }
    tensors_.push_back(std::move(made));
  }

  /// Row-major copies of what the host writes and reads, and the kernels in between.
  void add_staging(Value value) {
    Staging& made = staging_[value.node];
    made.plain = plain(graph_.type(value));
    made.in = prepared(operation("copy", {made.plain}, {at(value)}), {made.plain, at(value)});
    made.out = prepared(operation("copy", {at(value)}, {made.plain}), {at(value), made.plain});
  }

  void write(Value value, std::span<const std::byte> bytes) {
    const Staging& staging = staging_.at(value.node);
    if (bytes.size() != staging.plain->buffer.size()) throw Error(ExitCode::unexpected, "wrong size");
    std::memcpy(staging.plain->buffer.data(), bytes.data(), bytes.size());
    staging.in();
  }

  static cudnn::Operation operation(const std::string& op, const Tensors& inputs, const Tensors& outputs,
                                    const Attributes& attributes = {}) {
    cudnn::Operation made{op, {}, {}, attributes, {}};
    for (const Shared& tensor : inputs) made.inputs.push_back(tensor->array);
    for (const Shared& tensor : outputs) made.outputs.push_back(tensor->array);
    return made;
  }

  std::function<void()> prepared(const cudnn::Operation& operation, const Tensors& tensors) {
    const cudnn::Kernels kernels = cudnn::generate(operation);
    for (const cudnn::KernelCall& call : kernels.calls) sources_.emplace(call.kernel.name, call.kernel);
    return [kernels, tensors] {
      std::vector<Buffer*> buffers;
      for (const Shared& tensor : tensors) buffers.push_back(&tensor->buffer);
      gpu_test::run(kernels, buffers);
    };
  }

  void add(const std::string& op, Tensors inputs, const Tensors& outputs, const Attributes& attributes = {}) {
    const cudnn::Operation made = operation(op, inputs, outputs, attributes);
    inputs.insert(inputs.end(), outputs.begin(), outputs.end());
    steps_.push_back(prepared(made, inputs));
  }

  void copy(const Shared& from, const Shared& to) { add("copy", {from}, {to}); }

  void add_step(std::size_t i) {
    const Node& node = graph_.nodes()[i];
    Tensors inputs;
    for (Value input : node.inputs) inputs.push_back(at(input));
    if (node.op->has(trait_bound)) return;
    if (node.op->name == "constant") return fill(*tensors_[i][0], node);
    if (node.op->has(trait_view)) return reshape(inputs[0], tensors_[i][0]);
    if (is_vendor_op(node.op->name))
      vendor(node, inputs, tensors_[i][0]);
    else
      add(node.op->name, inputs, tensors_[i], node.attributes);
  }

  /// Same numbers in row-major order: through plain f32 tensors where the layout is another.
  void reshape(const Shared& from, const Shared& to) {
    const Shared before = std::make_shared<Tensor>(Array{from->array.element, from->array.shape, Layout::plain, {}});
    const Shared after = std::make_shared<Tensor>(Array{from->array.element, to->array.shape, Layout::plain, {}});
    copy(from, before);
    steps_.push_back(
        [before, after] { std::memcpy(after->buffer.data(), before->buffer.data(), before->buffer.size()); });
    copy(after, to);
  }

  void vendor(const Node& node, const Tensors& inputs, const Shared& output) {
    steps_.push_back([node, inputs, output] {
      std::vector<Memory> operands;
      for (const Shared& tensor : inputs) operands.push_back({tensor->array, tensor->buffer.data()});
      run_vendor(node.op->name, node.attributes, operands, {output->array, output->buffer.data()});
    });
    if (node.op->name == "gram") add("symmetrize", {output}, {output});
  }

  /// One number for all elements is written into the kernels that read it.
  static void fill(Tensor& tensor, const Node& node) {
    const std::vector<double>& values = node.attributes.reals("values");
    const std::size_t count = static_cast<std::size_t>(elements(tensor.array.shape));
    if (values.size() == 1) tensor.array.value = values[0];
    if (values.size() > 1 && tensor.array.layout == Layout::nhwc) throw std::logic_error("a 4-d constant with values");
    const Memory memory{tensor.array, tensor.buffer.data()};
    for (std::size_t i = 0; i < count; ++i) memory.set(i, values.size() == 1 ? values[0] : values[i]);
  }

  Graph graph_;
  NodeSettings settings_;
  std::vector<Tensors> tensors_;  // [node][output]
  std::vector<std::function<void()>> steps_;
  std::map<std::int32_t, Staging> staging_;  // by node
  std::map<std::string, cudnn::KernelSource> sources_;
  Tensors results_, news_;
};

class NodeDevice final : public Device {
 public:
  explicit NodeDevice(const NodeSettings& settings) : settings_(settings) {}
  std::string describe() const override { return "generated kernels on the host"; }
  std::string declines(const Graph& graph, const Node& node) const override {
    for (const TensorType& type : node.outputs)
      if (type.type == DataType::f64) return "wants f32, got f64";
    for (Value input : node.inputs)
      if (graph.type(input).type == DataType::f64) return "wants f32, got f64";
    return "";
  }
  std::unique_ptr<Plan> compile(const Graph& graph, const CompileOptions&) override {
    for (const Node& node : graph.nodes())
      if (const std::string reason = declines(graph, node); !reason.empty())
        throw Error(ExitCode::device, node.op->name + " '" + node.name + "': " + reason);
    std::unique_ptr<NodePlan> plan = std::make_unique<NodePlan>(graph, settings_);
    for (const auto& [name, source] : plan->sources()) HostKernels::instance().add(source);
    return plan;
  }

 private:
  NodeSettings settings_;
};

}  // namespace

std::unique_ptr<Device> make_node_device(const NodeSettings& settings) {
  return std::make_unique<NodeDevice>(settings);
}

std::map<std::string, cudnn::KernelSource> kernels_of(const Graph& graph, const NodeSettings& settings) {
  return NodePlan(graph, settings).sources();
}

}  // namespace gramstack::gpu_test
