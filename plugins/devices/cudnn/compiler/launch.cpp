#include "compiler/launch.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/rules.h"

namespace gramstack::cudnn {
namespace {

using compiler::Instruction;
using compiler::Program;
using compiler::Tensor;
using compiler::TensorId;

/// Parameters of a kernel are at most 4096 bytes of pointers, with some to spare.
constexpr std::size_t kMostPointers = 480;

Element element_of(const Tensor& tensor) {
  if (tensor.bf16) return Element::bf16;
  switch (tensor.type.type) {
    case DataType::i32:
      return Element::i32;
    case DataType::u8:
      return Element::u8;
    default:
      return Element::f32;
  }
}

Array array_of(const Tensor& tensor) {
  Array array{element_of(tensor), tensor.shape(), Layout::plain, std::nullopt};
  if (tensor.layout == compiler::Layout::channels_last) array.layout = Layout::nhwc;
  if (tensor.place == compiler::Place::constant && tensor.values.size() == 1) array.value = tensor.values[0];
  return array;
}

class Emission {
 public:
  Emission(const Program& program, const Settings& settings) : program_(program), settings_(settings) {}

  LaunchList run() {
    for (const Instruction& instruction : program_.instructions) add(instruction);
    return std::move(list_);
  }

 private:
  const Tensor& tensor(TensorId id) const { return program_.tensor(id); }

  void add(const Instruction& instruction) {
    switch (rule_of(instruction).runs) {
      case Runs::nothing:
        return;
      case Runs::copy:
        return add_copy(instruction);
      case Runs::convolution:
        return add_convolution(instruction);
      case Runs::matmul:
        return add_matmul(instruction);
      case Runs::gram:
        return add_gram(instruction);
      case Runs::kernel:
        return instruction.expressions.empty() ? add_operation(instruction) : add_expressions(instruction);
    }
  }

  Launch launch(const Instruction& instruction) const {
    Launch made;
    made.name = std::string(instruction.rule->name);
    if (!instruction.name.empty()) made.name += " " + instruction.name;
    for (const std::vector<TensorId>* list : {&instruction.inputs, &instruction.outputs})
      for (TensorId id : *list) {
        made.operands.push_back({id, 0});
        made.bytes += static_cast<std::int64_t>(stored_bytes(tensor(id)));
      }
    return made;
  }

  void add_copy(const Instruction& instruction) {
    Launch made = launch(instruction);
    made.request = CopyRequest{stored_bytes(tensor(instruction.inputs[0]))};
    list_.launches.push_back(std::move(made));
  }

  void add_convolution(const Instruction& instruction) {
    const Shape &left = program_.shape(instruction.inputs[0]), &right = program_.shape(instruction.inputs[1]);
    const Shape& out = program_.shape(instruction.outputs[0]);
    ConvolutionRequest request;
    if (instruction.rule->name == "conv2d")
      request.x = left, request.w = right, request.y = out;
    else if (instruction.rule->name == "conv2d_data_gradient")
      request.direction = Direction::data_gradient, request.y = left, request.w = right, request.x = out;
    else
      request.direction = Direction::weight_gradient, request.x = left, request.y = right, request.w = out;
    request.stride = instruction.attributes.integer("stride");
    request.padding = instruction.attributes.integer("padding");
    request.precision = settings_.precision;
    request.deterministic = settings_.deterministic;
    Launch made = launch(instruction);
    made.request = request;
    list_.launches.push_back(std::move(made));
  }

  void add_matmul(const Instruction& instruction) {
    const bool ta = instruction.attributes.integer("transpose_a") != 0;
    const bool tb = instruction.attributes.integer("transpose_b") != 0;
    const Shape& a = program_.shape(instruction.inputs[0]);
    const Shape& c = program_.shape(instruction.outputs[0]);
    Launch made = launch(instruction);
    made.request = MatmulRequest{c[0], c[1], a[ta ? 0 : 1], ta, tb, settings_.precision != Precision::fp32};
    list_.launches.push_back(std::move(made));
  }

  /// x x^T in full, always in f32, then the upper triangle mirrored so that it is exactly symmetric.
  void add_gram(const Instruction& instruction) {
    const Shape& x = program_.shape(instruction.inputs[0]);
    const TensorId from = instruction.inputs[0], to = instruction.outputs[0];
    Launch made = launch(instruction);
    made.operands = {{from, 0}, {from, 0}, {to, 0}};
    made.request = MatmulRequest{x[0], x[0], x[1], false, true, false};
    list_.launches.push_back(std::move(made));
    Operation mirror{"symmetrize", {array_of(tensor(to))}, {array_of(tensor(to))}, {}, {}};
    add_kernels(mirror, {{to, 0}, {to, 0}}, "symmetrize " + instruction.name);
  }

  void add_operation(const Instruction& instruction) {
    Operation operation;
    operation.op = instruction.rule->name == "reorder" ? "copy" : std::string(instruction.rule->name);
    operation.attributes = instruction.attributes;
    for (TensorId id : instruction.inputs) operation.inputs.push_back(array_of(tensor(id)));
    for (TensorId id : instruction.outputs) operation.outputs.push_back(array_of(tensor(id)));
    const Launch made = launch(instruction);
    add_kernels(operation, made.operands, made.name);
  }

  void add_expressions(const Instruction& instruction) {
    std::size_t begin = 0, pointers = 0;
    for (std::size_t i = 0; i < instruction.expressions.size(); ++i) {
      const std::size_t more = pointers_of(instruction.expressions[i]);
      if (pointers + more > kMostPointers && i > begin) {
        add_group(instruction, begin, i);
        begin = i, pointers = 0;
      }
      pointers += more;
    }
    add_group(instruction, begin, instruction.expressions.size());
  }

  static std::size_t pointers_of(const compiler::Expression& expression) {
    const auto stored = [](const compiler::Expression::Term& term) { return term.result != compiler::kNone; };
    const auto results = std::count_if(expression.terms.begin(), expression.terms.end(), stored);
    return expression.inputs.size() + static_cast<std::size_t>(results);
  }

  void add_group(const Instruction& instruction, std::size_t begin, std::size_t end) {
    Operation operation{"elementwise", {}, {}, {}, {}};
    std::vector<Operand> inputs, outputs;
    for (std::size_t i = begin; i < end; ++i) {
      Expression made;
      for (TensorId id : instruction.expressions[i].inputs) {
        made.inputs.push_back(array_of(tensor(id)));
        inputs.push_back({id, 0});
      }
      for (const compiler::Expression::Term& term : instruction.expressions[i].terms) {
        made.terms.push_back({term.function->name, term.left, term.right, -1});
        if (term.result == compiler::kNone) continue;
        made.terms.back().result = static_cast<int>(made.outputs.size());
        made.outputs.push_back(array_of(tensor(term.result)));
        outputs.push_back({term.result, 0});
      }
      operation.inputs.insert(operation.inputs.end(), made.inputs.begin(), made.inputs.end());
      operation.outputs.insert(operation.outputs.end(), made.outputs.begin(), made.outputs.end());
      operation.expressions.push_back(std::move(made));
    }
    inputs.insert(inputs.end(), outputs.begin(), outputs.end());
    add_kernels(operation, inputs, launch(instruction).name);
  }

  /// `operands`: what the operation's inputs and outputs are.
  void add_kernels(const Operation& operation, std::vector<Operand> operands, const std::string& name) {
    Kernels kernels = generate(operation);
    std::size_t scratch = 0;
    for (std::size_t bytes : kernels.scratch) {
      operands.push_back({compiler::kNone, scratch});
      scratch += (bytes + kAddressAlignment - 1) / kAddressAlignment * kAddressAlignment;
    }
    list_.scratch = std::max(list_.scratch, scratch);
    for (KernelCall& call : kernels.calls) {
      Launch made;
      made.name = name;
      made.bytes = call.bytes;
      for (int operand : call.operands) made.operands.push_back(operands[static_cast<std::size_t>(operand)]);
      made.request = std::move(call);
      list_.launches.push_back(std::move(made));
    }
  }

  const Program& program_;
  const Settings& settings_;
  LaunchList list_;
};

const char* name_of(Direction direction) {
  constexpr const char* kNames[] = {"forward", "data gradient", "weight gradient"};
  return kNames[static_cast<std::size_t>(direction)];
}

/// What an engine must keep to.
std::string promises(const ConvolutionRequest& request) {
  constexpr const char* kArithmetic[] = {"f32 without tensor cores", "tf32", "bf16 with f32 sums"};
  return std::string(kArithmetic[static_cast<std::size_t>(request.precision)]) +
         (request.deterministic ? ", deterministic" : "");
}

/// The beginning of a kernel's name, without the digest of its source.
std::string entry_of(const KernelSource& kernel) { return kernel.name.substr(0, kernel.name.rfind('_')); }

/// What runs a launch; the shapes are its operands'.
std::string request_text(const Launch& launch) {
  if (const KernelCall* call = std::get_if<KernelCall>(&launch.request))
    return fmt::format("{} {}x{}", entry_of(call->kernel), call->grid, call->block);
  if (const ConvolutionRequest* request = std::get_if<ConvolutionRequest>(&launch.request))
    return fmt::format("cudnn {}, stride {}, padding {}, {}", name_of(request->direction), request->stride,
                       request->padding, promises(*request));
  if (const MatmulRequest* request = std::get_if<MatmulRequest>(&launch.request))
    return fmt::format("cublaslt {}a {}b, {}", request->transpose_a ? "transposed " : "",
                       request->transpose_b ? "transposed " : "", request->tf32 ? "tf32" : "f32");
  return "copy";
}

std::string operand_text(const Operand& operand, const Program& program) {
  if (operand.tensor == compiler::kNone) return fmt::format("scratch+{}", operand.scratch);
  return tensor_text(program, operand.tensor);
}

}  // namespace

LaunchList make_launches(const Program& program, const Settings& settings) { return Emission(program, settings).run(); }

std::string to_text(const ConvolutionRequest& request) {
  return fmt::format("convolution {} {} x{} w{} y{} stride {} padding {}, {}", name_of(request.direction),
                     request.precision == Precision::bf16 ? "bf16" : "f32", to_string(request.x), to_string(request.w),
                     to_string(request.y), request.stride, request.padding, promises(request));
}

std::string to_text(const MatmulRequest& request) {
  return fmt::format("matrix product f32 [{},{}] = {}a {}b over {}, {}", request.m, request.n,
                     request.transpose_a ? "transposed " : "", request.transpose_b ? "transposed " : "", request.k,
                     request.tf32 ? "tf32" : "f32");
}

std::string to_text(const LaunchList& list, const Program& program) {
  std::string text;
  for (const Launch& launch : list.launches) {
    std::vector<std::string> operands;
    for (std::size_t i = 0; i < std::min<std::size_t>(launch.operands.size(), 8); ++i)
      operands.push_back(operand_text(launch.operands[i], program));
    if (launch.operands.size() > 8) operands.push_back(fmt::format("... {} in all", launch.operands.size()));
    text += fmt::format("{} | {} | {} | {} bytes\n", launch.name, request_text(launch), fmt::join(operands, ", "),
                        launch.bytes);
  }
  text += fmt::format("{} launches, scratch {} bytes\n", list.launches.size(), list.scratch);
  return text;
}

}  // namespace gramstack::cudnn
