#include <fmt/format.h>

#include "emit.h"

namespace gramstack::cudnn {
namespace {

void emit_transpose(Emitter& emitter, Index count, Index rows, Index columns) {
  emitter.call("transpose", "matrix", "", fmt::format("  transpose<{}, {}, {}>(p0, p1);\n", count, rows, columns),
               count * ((rows + 31) / 32) * ((columns + 31) / 32), {0, 1});
}

void transpose(Emitter& emitter) { emit_transpose(emitter, 1, emitter.input(0).shape[0], emitter.input(0).shape[1]); }

/// An identity of floating-point elements in the same order.
void convert(Emitter& emitter) {
  Operation operation = emitter.operation();
  operation.op = "broadcast";
  const Index count = elements(operation.inputs[0].shape);
  for (Array* array : {&operation.inputs[0], &operation.outputs[0]})
    *array = {array->element, {count}, Layout::plain, {}};
  for (const KernelCall& call : generate(operation).calls) emitter.add(call);
}

void copy(Emitter& emitter) {
  const Array &x = emitter.input(0), &y = emitter.output();
  const Index count = elements(x.shape);
  if (x.element == Element::i32 || x.element == Element::u8) {
    emitter.call("copy", "matrix", "", fmt::format("  copy_elements<{}>(p0, p1);\n", count), blocks_for(count), {0, 1});
    return;
  }
  const bool same_order = x.layout == y.layout || x.shape[1] == 1 || x.shape[2] * x.shape[3] == 1;
  if (same_order) return convert(emitter);
  const Index channels = x.shape[1], pixels = x.shape[2] * x.shape[3];
  const bool to_nhwc = y.layout == Layout::nhwc;
  emit_transpose(emitter, x.shape[0], to_nhwc ? channels : pixels, to_nhwc ? pixels : channels);
}

void symmetrize(Emitter& emitter) {
  const Index n = emitter.input(0).shape[0];
  emitter.call("symmetrize", "matrix", "", fmt::format("  symmetrize<{}>(p0, p1);\n", n), blocks_for(n * n), {0, 1});
}

void unit_normalize(Emitter& emitter) {
  const Array &x = emitter.input(0), &y = emitter.output();
  const Index rows = x.shape[0], columns = elements(x.shape) / rows;
  emitter.call("unit_normalize", "matrix", "",
               fmt::format("  unit_normalize<{}, {}>(p0, p1, p2);\n", columns, lanes({&x, &y}, columns)), rows,
               {0, 1, 2});
}

void unit_normalize_gradient(Emitter& emitter) {
  const Array &dy = emitter.input(0), &y = emitter.input(1), &dx = emitter.output();
  const Index rows = dy.shape[0], columns = elements(dy.shape) / rows;
  emitter.call(
      "unit_normalize_gradient", "matrix", "",
      fmt::format("  unit_normalize_gradient<{}, {}>(p0, p1, p2, p3);\n", columns, lanes({&dy, &y, &dx}, columns)),
      rows, {0, 1, 2, 3});
}

constexpr Generator kGenerators[] = {{"transpose", transpose},
                                     {"copy", copy},
                                     {"symmetrize", symmetrize},
                                     {"unit_normalize", unit_normalize},
                                     {"unit_normalize_gradient", unit_normalize_gradient}};

}  // namespace

std::span<const Generator> matrix_generators() { return kGenerators; }

}  // namespace gramstack::cudnn
