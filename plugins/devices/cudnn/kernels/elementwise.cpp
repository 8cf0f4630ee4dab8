// Expressions: a kernel a shape, or one launch for the many small ones of an optimizer's updates.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "emit.h"

namespace gramstack::cudnn {
namespace {

/// Functions of two operands among the terms.
bool is_binary(std::string_view function) {
  constexpr std::string_view kBinary[] = {"relu_gradient", "tanh_gradient", "sigmoid_gradient", "add",    "subtract",
                                          "multiply",      "divide",        "maximum",          "greater"};
  return std::find(std::begin(kBinary), std::end(kBinary), function) != std::end(kBinary);
}

/// How an input's elements are read.
enum class Access { literal, scalar, contiguous, vector, repeated, single };

struct Operand {
  Access access = Access::contiguous;
  std::string place;  ///< of element i
};

std::vector<Extent> broadcast_axes(const Array& input, const Array& output) {
  const std::vector<Index> stride = strides(input);
  const std::size_t missing = output.shape.size() - input.shape.size();
  std::vector<Extent> axes;
  for (std::size_t axis : memory_order(output)) {
    const bool repeats = axis < missing || input.shape[axis - missing] == 1;
    axes.push_back({output.shape[axis], repeats ? 0 : stride[axis - missing]});
  }
  return joined(std::move(axes));
}

/// As many neighbours as fit 16 bytes of the narrowest array that is read or written in order.
Index lanes_of(const Expression& expression) {
  std::size_t narrowest = 4;
  for (const std::vector<Array>* arrays : {&expression.inputs, &expression.outputs})
    for (const Array& array : *arrays)
      if (!array.value && elements(array.shape) == elements(expression.outputs[0].shape))
        narrowest = std::min(narrowest, size_of(array.element));
  return std::min<Index>(8, 16 / static_cast<Index>(narrowest));
}

Operand operand_of(const Array& input, const Array& output, Index lanes) {
  if (input.value) return {Access::literal, literal(*input.value)};
  const std::vector<Extent> axes = broadcast_axes(input, output);
  const std::string at = place("i", axes);
  if (at == "0") return {Access::scalar, at};
  if (at == "i") return {Access::contiguous, at};
  const Extent& inner = axes.back();
  bool aligned = inner.extent % lanes == 0;
  for (std::size_t i = 0; i + 1 < axes.size(); ++i) aligned = aligned && axes[i].stride % lanes == 0;
  if (aligned && inner.stride == 1) return {Access::vector, at};
  if (inner.extent % lanes == 0 && inner.stride == 0) return {Access::repeated, at};
  return {Access::single, place("(i + k)", axes)};
}

bool is_register(Access access) { return access == Access::scalar || access == Access::repeated; }

/// What an expression's operand is called in the loop over lanes.
class Names {
 public:
  explicit Names(const std::vector<Operand>& operands) : operands_(operands) {}
  std::string of(int operand) const {
    const std::size_t i = static_cast<std::size_t>(operand);
    if (i >= operands_.size()) return fmt::format("t{}", i - operands_.size());
    if (operands_[i].access == Access::literal) return operands_[i].place;
    return fmt::format("x{}{}", i, is_register(operands_[i].access) ? "" : "[k]");
  }

 private:
  const std::vector<Operand>& operands_;
};

std::string loads(const std::vector<Operand>& operands) {
  std::string text;
  for (std::size_t i = 0; i < operands.size(); ++i) switch (operands[i].access) {
      case Access::literal:
        break;
      case Access::scalar:
      case Access::repeated:
        text += fmt::format("  const float x{0} = to_float(p{0}[{1}]);\n", i, operands[i].place);
        break;
      case Access::contiguous:
      case Access::vector:
        text += fmt::format("  const Lanes<N> x{0} = load<N>(p{0} + ({1}));\n", i, operands[i].place);
        break;
      case Access::single:
        text += fmt::format(
            "  Lanes<N> x{0};\n#pragma unroll\n  for (int k = 0; k < N; ++k) x{0}[k] = to_float(p{0}[{1}]);\n", i,
            operands[i].place);
    }
  return text;
}

/// The lanes of N elements from number i on.
std::string body_of(const Expression& expression, const std::vector<Operand>& operands) {
  const Names names(operands);
  std::string declared, terms, stored;
  for (std::size_t i = 0; i < expression.outputs.size(); ++i) {
    declared += fmt::format("  Lanes<N> y{};\n", i);
    stored += fmt::format("  store<N>(q{0} + i, y{0});\n", i);
  }
  for (std::size_t i = 0; i < expression.terms.size(); ++i) {
    const Term& term = expression.terms[i];
    const std::string right = is_binary(term.function) ? ", " + names.of(term.right) : "";
    terms += fmt::format("    const float t{} = term::{}({}{});\n", i, term.function, names.of(term.left), right);
    if (term.result >= 0) terms += fmt::format("    y{}[k] = t{};\n", term.result, i);
  }
  return loads(operands) + declared + "#pragma unroll\n  for (int k = 0; k < N; ++k) {\n" + terms + "  }\n" + stored;
}

/// A function template over N, $_lanes, and what it is called with.
struct Lanewise {
  Index lanes = 1;
  std::string function;             ///< its definition
  std::vector<std::string> types;   ///< of the parameters before i
  std::vector<std::size_t> inputs;  ///< those of the expression that are passed
  bool whole = true;                ///< no operand depends on the shape
};

Lanewise lanewise(const Expression& expression) {
  Lanewise made;
  made.lanes = lanes_of(expression);
  std::vector<Operand> operands;
  std::string parameters;
  for (std::size_t i = 0; i < expression.inputs.size(); ++i) {
    const Operand operand = operand_of(expression.inputs[i], expression.outputs[0], made.lanes);
    made.whole = made.whole && operand.access <= Access::contiguous;
    operands.push_back(operand);
    if (operand.access == Access::literal) continue;
    made.types.push_back(fmt::format("const {}*", type_of(expression.inputs[i].element)));
    made.inputs.push_back(i);
    parameters += fmt::format("{} p{}, ", made.types.back(), i);
  }
  for (std::size_t i = 0; i < expression.outputs.size(); ++i) {
    made.types.push_back(fmt::format("{}*", type_of(expression.outputs[i].element)));
    parameters += fmt::format("{} q{}, ", made.types.back(), i);
  }
  made.function = fmt::format("template <int N>\n__device__ __forceinline__ void $_lanes({}int i) {{\n{}}}\n\n",
                              parameters, body_of(expression, operands));
  return made;
}

/// Numbers of the first input and the first output of an expression among all.
struct Numbered {
  const Expression* expression;
  int input, output;

  std::vector<int> operands(const Lanewise& code) const {
    std::vector<int> numbers;
    for (std::size_t i : code.inputs) numbers.push_back(input + static_cast<int>(i));
    for (std::size_t i = 0; i < expression->outputs.size(); ++i) numbers.push_back(output + static_cast<int>(i));
    return numbers;
  }
};

/// Bytes of what an expression reads and writes.
Index moved(const Expression& expression) {
  Index bytes = 0;
  for (const Array& array : expression.inputs) bytes += bytes_of(array);
  for (const Array& array : expression.outputs) bytes += bytes_of(array);
  return bytes;
}

void emit_single(Emitter& emitter, const Numbered& numbered, const Lanewise& code) {
  const Index count = elements(numbered.expression->outputs[0].shape), lanes = code.lanes;
  std::string parameters, arguments;
  for (std::size_t i = 0; i < code.types.size(); ++i) {
    parameters += fmt::format("{}{} p{}", i ? ", " : "", code.types[i], i);
    arguments += fmt::format("p{}, ", i);
  }
  std::string body = fmt::format(
      "  for (int i = {0} * (blockIdx.x * kThreads + threadIdx.x); i < {1}; i += {0} * kThreads * gridDim.x)\n", lanes,
      count);
  if (count % lanes == 0)
    body += fmt::format("    $_lanes<{}>({}i);\n", lanes, arguments);
  else
    body += fmt::format(
        "    if (i + {0} <= {1})\n      $_lanes<{0}>({2}i);\n    else\n"
        "      for (int k = i; k < {1}; ++k) $_lanes<1>({2}k);\n",
        lanes, count, arguments);
  emitter.call("elementwise", "elementwise", code.function, parameters, body, blocks_for((count + lanes - 1) / lanes),
               numbered.operands(code), moved(*numbered.expression));
}

std::string table(const std::string& name, const std::vector<Index>& values) {
  return fmt::format("__constant__ int $_{}[] = {{{}}};\n", name, fmt::join(values, ", "));
}

/// Many expressions with the same code in one launch: each block works on one piece of one of them.
void emit_many(Emitter& emitter, const std::vector<Numbered>& members, const Lanewise& code) {
  const Index piece = kThreads * code.lanes * 4;
  std::vector<Index> starts, counts;
  std::vector<int> operands;
  Index blocks = 0, bytes = 0;
  for (const Numbered& member : members) {
    const Index count = elements(member.expression->outputs[0].shape);
    starts.push_back(blocks);
    counts.push_back(count);
    blocks += (count + piece - 1) / piece;
    bytes += moved(*member.expression);
    for (int number : member.operands(code)) operands.push_back(number);
  }
  std::string arguments;
  for (std::size_t i = 0; i < code.types.size(); ++i)
    arguments += fmt::format("static_cast<{}>(arguments.at[tensor][{}]), ", code.types[i], i);
  const std::string before =
      fmt::format("{}{}{}struct $_arguments {{\n  void* at[{}][{}];\n}};\n\n", code.function, table("starts", starts),
                  table("counts", counts), members.size(), code.types.size());
  const std::string body = fmt::format(
      "  const int tensor = find_tensor($_starts, {0}, blockIdx.x);\n"
      "  const int begin = (blockIdx.x - $_starts[tensor]) * {1};\n"
      "  const int end = smaller(begin + {1}, $_counts[tensor]);\n"
      "  for (int i = begin + {2} * threadIdx.x; i < end; i += {2} * kThreads)\n"
      "    if (i + {2} <= end)\n      $_lanes<{2}>({3}i);\n    else\n"
      "      for (int k = i; k < end; ++k) $_lanes<1>({3}k);\n",
      members.size(), piece, code.lanes, arguments);
  emitter.call("elementwise_many", "elementwise", before, "const __grid_constant__ $_arguments arguments", body, blocks,
               std::move(operands), bytes);
}

/// Kernels take at most 4 KiB of parameters.
constexpr std::size_t kMostPointers = 500;

void emit_group(Emitter& emitter, const std::vector<Numbered>& group, const Lanewise& code) {
  const std::size_t most = kMostPointers / code.types.size();
  for (std::size_t begin = 0; begin < group.size(); begin += most) {
    const auto first = group.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = group.begin() + static_cast<std::ptrdiff_t>(std::min(group.size(), begin + most));
    emit_many(emitter, {first, last}, code);
  }
}

void elementwise(Emitter& emitter) {
  std::map<std::string, std::vector<Numbered>> groups;
  int input = 0, output = emitter.output_number();
  for (const Expression& expression : emitter.operation().expressions) {
    const Numbered numbered{&expression, input, output};
    input += static_cast<int>(expression.inputs.size());
    output += static_cast<int>(expression.outputs.size());
    const Lanewise code = lanewise(expression);
    if (code.whole && emitter.operation().expressions.size() > 1)
      groups[code.function].push_back(numbered);
    else
      emit_single(emitter, numbered, code);
  }
  for (const auto& [function, group] : groups) {
    const Lanewise code = lanewise(*group[0].expression);
    group.size() == 1 ? emit_single(emitter, group[0], code) : emit_group(emitter, group, code);
  }
}

/// One op of the table on its own.
void one_term(Emitter& emitter) {
  const Operation& operation = emitter.operation();
  const Expression expression{operation.inputs, operation.outputs, {{operation.op, 0, 1, 0}}};
  emit_single(emitter, {&expression, 0, emitter.output_number()}, lanewise(expression));
}

constexpr Generator kGenerators[] = {
    {"elementwise", elementwise},
    {"broadcast", one_term},
    {"negate", one_term},
    {"exp", one_term},
    {"log", one_term},
    {"sqrt", one_term},
    {"square", one_term},
    {"relu", one_term},
    {"tanh", one_term},
    {"sigmoid", one_term},
    {"relu_gradient", one_term},
    {"tanh_gradient", one_term},
    {"sigmoid_gradient", one_term},
    {"add", one_term},
    {"subtract", one_term},
    {"multiply", one_term},
    {"divide", one_term},
    {"maximum", one_term},
    {"greater", one_term},
};

}  // namespace

std::span<const Generator> elementwise_generators() { return kGenerators; }

}  // namespace gramstack::cudnn
