// Memory plans over random and shipped steps.
#include <doctest/doctest.h>

#include "api/ops.h"
#include "cases.h"
#include "compiler/compile.h"
#include "compiler/rules.h"
#include "shipped.h"
#include "support/random_steps.h"

namespace gramstack::cudnn {
namespace {

using compiler::Place;
using compiler::TensorId;

constexpr Precision kPrecisions[] = {Precision::fp32, Precision::bf16};

Compiled compiled(const Graph& graph, Precision precision, std::string* memory = nullptr) {
  Settings settings;
  settings.precision = precision;
  CompileOptions options;
  options.observe = [&](std::string_view pass, const std::string& text) {
    if (memory && pass == "memory") *memory = text;
  };
  return compile(graph, settings, options);
}

/// Bytes that a launch reads and writes, by name of memory; scratch and arena are different memories.
struct Piece {
  int memory = 0;
  std::size_t begin = 0, end = 0;
};

Piece piece_of(const Compiled& made, const Operand& operand) {
  if (operand.tensor == compiler::kNone) return {2, operand.scratch, operand.scratch + 1};
  const compiler::Tensor& root = made.program.tensor(made.program.root(operand.tensor));
  return {root.place == Place::arena ? 0 : 1, root.offset, root.offset + stored_bytes(root)};
}

/// Every operand lies inside its memory and is aligned.
void check_operands(const Compiled& made) {
  const std::size_t sizes[] = {made.program.arena, made.permanent, made.list.scratch};
  for (const Launch& launch : made.list.launches) {
    CAPTURE(launch.name);
    for (const Operand& operand : launch.operands) {
      const Piece piece = piece_of(made, operand);
      CHECK(piece.begin % kAddressAlignment == 0);
      CHECK(piece.end <= sizes[piece.memory]);
    }
  }
}

void check_sound(const Graph& graph) {
  for (const Precision precision : kPrecisions) {
    std::string memory;
    const Compiled made = compiled(graph, precision, &memory);
    test::check_no_overlap(memory, kAddressAlignment);
    check_operands(made);
  }
}

TEST_CASE("cudnn: tensors of random steps that live at the same time share no memory") {
  for (unsigned seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    check_sound(test::RandomStep(seed).graph());
  }
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    check_sound(test::RandomNetwork(seed).graph());
  }
}

TEST_CASE("cudnn: every conformance case is lowered, its memory sound") {
  for (const conformance::Case& subject : conformance::all_cases()) {
    CAPTURE(subject.name);
    check_sound(conformance::build(subject).graph);
  }
}

TEST_CASE("cudnn: every op of the table is run or is a source") {
  for (const Op& op : op_table()) {
    CAPTURE(op.name);
    const compiler::Dialect& rows = dialect();
    const bool known = op.has(trait_source) || rows.find_elementwise(op.name) || rows.find_rule(op.name);
    CHECK(known);
  }
}

TEST_CASE("cudnn: tensors of shipped steps that live at the same time share no memory") {
  for (const test::ShippedStep& step : test::shipped_steps()) {
    CAPTURE(step.name);
    check_sound(step.graph);
  }
}

TEST_CASE("cudnn: bf16 halves the memory of activations") {
  for (const test::ShippedStep& step : test::shipped_steps()) {
    if (step.name != "cifar10-resnet18-features") continue;
    const double single = static_cast<double>(compiled(step.graph, Precision::fp32).program.arena);
    const double half = static_cast<double>(compiled(step.graph, Precision::bf16).program.arena);
    CHECK(half < 0.6 * single);
    CHECK(half > 0.45 * single);
  }
}

}  // namespace
}  // namespace gramstack::cudnn
