#include "check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "api/error.h"
#include "api/ops.h"

namespace gramstack::conformance {
namespace {

using Bytes = std::vector<std::byte>;
using Bits = std::map<std::string, Bytes>;

/// read() into the middle of a larger buffer, at an odd address, whose borders must stay as they are.
Bytes read_bits(const Plan& plan, const std::string& name, const TensorType& type) {
  constexpr std::size_t kBorder = 61;
  constexpr std::byte kMark{0xa5};
  Bytes buffer(type.bytes() + 2 * kBorder, kMark);
  const std::span<std::byte> middle(buffer.data() + kBorder, type.bytes());
  plan.read(name, middle);
  const auto marked = [](std::byte byte) { return byte == kMark; };
  if (!std::all_of(buffer.begin(), buffer.begin() + kBorder, marked) ||
      !std::all_of(buffer.end() - kBorder, buffer.end(), marked))
    throw std::runtime_error("read('" + name + "') writes beside the memory it is given");
  return {middle.begin(), middle.end()};
}

Bits outputs_of(const Plan& plan, const Graph& graph) {
  Bits bits;
  for (const NamedValue& output : graph.outputs())
    bits[output.name] = read_bits(plan, output.name, graph.type(output.value));
  return bits;
}

Bits parameters_of(const Plan& plan, const Graph& graph) {
  Bits bits;
  for (const Parameter& parameter : graph.parameters())
    bits[parameter.name] = read_bits(plan, parameter.name, graph.type(parameter.value));
  return bits;
}

std::map<std::string, TensorType> types_of(const Graph& graph) {
  std::map<std::string, TensorType> types;
  for (const NamedValue& output : graph.outputs()) types[output.name] = graph.type(output.value);
  for (const NamedValue& input : graph.inputs()) types[input.name] = graph.type(input.value);
  for (const Parameter& parameter : graph.parameters()) types[parameter.name] = graph.type(parameter.value);
  return types;
}

void write_feeds(Plan& plan, const Program& program, const test::Tensors& feeds) {
  const std::map<std::string, TensorType> types = types_of(program.graph);
  for (const auto& [name, values] : feeds) test::write(plan, name, types.at(name).type, values);
}

/// What the plan gives: the outputs after every run, then the parameters.
std::vector<Bits> trace(Plan& plan, const Program& program, int steps) {
  std::vector<Bits> bits;
  for (int step = 0; step < steps; ++step) {
    plan.run();
    bits.push_back(outputs_of(plan, program.graph));
  }
  bits.push_back(parameters_of(plan, program.graph));
  return bits;
}

/// Other numbers for every real tensor: what they leave behind must not show in the next run.
test::Tensors disturbed(const Program& program) {
  const std::map<std::string, TensorType> types = types_of(program.graph);
  test::Tensors feeds = program.feeds;
  for (auto& [name, values] : feeds)
    if (is_real(types.at(name).type))
      for (double& value : values) value = 7 - 3 * value;
  return feeds;
}

std::string where(const Case& subject, std::size_t step) {
  if (step == static_cast<std::size_t>(subject.steps)) return " after the last step";
  return subject.steps == 1 ? "" : fmt::format(" of step {}", step + 1);
}

std::string compare_numbers(const Case& subject, const Program& program, const std::vector<Bits>& got,
                            const std::vector<Bits>& want) {
  const std::map<std::string, TensorType> types = types_of(program.graph);
  std::string text;
  for (std::size_t step = 0; step < want.size(); ++step)
    for (const auto& [name, bits] : want[step]) {
      const TensorType& type = types.at(name);
      const std::string found = difference(type, test::decode(type.type, got[step].at(name)),
                                           test::decode(type.type, bits), subject.tolerance);
      if (!found.empty()) text += fmt::format("  '{}' {}{}: {}\n", name, to_string(type), where(subject, step), found);
    }
  return text;
}

std::string compare_bits(const std::vector<Bits>& first, const std::vector<Bits>& again, const std::string& when) {
  for (std::size_t step = 0; step < first.size(); ++step)
    for (const auto& [name, bits] : first[step])
      if (again[step].at(name) != bits) return fmt::format("  '{}' has other bits {}\n", name, when);
  return "";
}

std::string check_kept_parameters(const Program& program, const Bits& parameters) {
  std::string text;
  for (const Parameter& parameter : program.graph.parameters()) {
    bool updated = false;
    for (const Update& update : program.graph.updates()) updated = updated || update.parameter == parameter.value;
    const DataType type = program.graph.type(parameter.value).type;
    if (!updated && parameters.at(parameter.name) != test::encode(type, program.feeds.at(parameter.name)))
      text += fmt::format("  parameter '{}' has no update and changed\n", parameter.name);
  }
  return text;
}

std::string check_memory(const Program& program, const MemoryReport& report) {
  std::size_t bytes = 0;
  for (const Parameter& parameter : program.graph.parameters()) bytes += program.graph.type(parameter.value).bytes();
  if (report.parameters >= bytes) return "";
  return fmt::format("  memory() reports {} bytes of parameters, they have {}\n", report.parameters, bytes);
}

std::string run_and_compare(Device& tested, Device& oracle, const Case& subject, const Program& program) {
  const std::unique_ptr<Plan> right = oracle.compile(program.graph);
  write_feeds(*right, program, program.feeds);
  const std::vector<Bits> want = trace(*right, program, subject.steps);

  const std::unique_ptr<Plan> plan = tested.compile(program.graph);
  write_feeds(*plan, program, program.feeds);
  const std::vector<Bits> got = trace(*plan, program, subject.steps);
  std::string text = compare_numbers(subject, program, got, want);
  text += check_kept_parameters(program, got.back());
  text += check_memory(program, plan->memory());

  if (program.graph.updates().empty())
    text += compare_bits(got, trace(*plan, program, subject.steps), "in a second run");
  write_feeds(*plan, program, disturbed(program));
  plan->run();
  write_feeds(*plan, program, program.feeds);
  return text + compare_bits(got, trace(*plan, program, subject.steps), "after a run with other feeds");
}

std::string declined_node(Device& tested, const Graph& graph) {
  for (const Node& node : graph.nodes()) {
    const std::string reason = tested.declines(graph, node);
    if (!reason.empty()) return fmt::format("{} '{}': {}", node.op->name, node.name, reason);
  }
  return "";
}

const DeviceNote* note_for(const std::vector<DeviceNote>& notes, const std::string& device) {
  for (const DeviceNote& note : notes)
    if (note.device == device) return &note;
  return nullptr;
}

/// The device must say that it declines a node, and must then refuse to compile.
std::string check_declines(Device& tested, const Program& program, const std::string& reason) {
  if (declined_node(tested, program.graph).empty())
    return fmt::format("  listed as unsupported ({}), but the device declines no node of it\n", reason);
  try {
    tested.compile(program.graph);
  } catch (const Error& error) {
    if (error.code() == ExitCode::device) return "";
    return fmt::format("  declines a node, but compile() throws another error: {}\n", error.what());
  }
  return "  declines a node, but compile() takes the graph\n";
}

std::string failure_of(Device& tested, Device& oracle, const Case& subject, const Program& program) {
  const std::string declined = declined_node(tested, program.graph);
  if (!declined.empty()) return fmt::format("  declines {}\n", declined);
  try {
    return run_and_compare(tested, oracle, subject, program);
  } catch (const std::exception& error) {
    return fmt::format("  throws: {}\n", error.what());
  }
}

std::string verdict(Device& tested, const std::string& name, Device& oracle, const Case& subject) {
  const Program program = build(subject);
  if (const DeviceNote* note = note_for(subject.unsupported, name))
    return check_declines(tested, program, note->reason);
  const std::string failure = failure_of(tested, oracle, subject, program);
  const DeviceNote* note = note_for(subject.expected_failure, name);
  if (!note) return failure;
  return failure.empty() ? fmt::format("  listed as an expected failure ({}), but passes\n", note->reason) : "";
}

}  // namespace

std::string title(const std::string& device, const Case& subject) { return device + ": " + subject.name; }

std::string check(Device& tested, const std::string& name, Device& oracle, const Case& subject) {
  const std::string text = verdict(tested, name, oracle, subject);
  if (text.empty()) return "";
  return fmt::format("{}\n{}  rerun: GRAMSTACK_CASE='{}' {}/tests/conformance_tests", title(name, subject), text,
                     title(name, subject), GRAMSTACK_TEST_BINARY);
}

}  // namespace gramstack::conformance
