#include <fmt/format.h>

#include "emit.h"

namespace gramstack::cudnn {
namespace {

/// "Pixels<channels, height, width, nhwc>" of an array.
std::string pixels(const Array& array) {
  return fmt::format("Pixels<{}, {}, {}, {}>", array.shape[1], array.shape[2], array.shape[3],
                     array.layout == Layout::nhwc);
}

/// One pooling kernel: over the large map `from`, the small one `to`, a thread for N channels of a pixel of `walked`.
void pool(Emitter& emitter, const Array& from, const Array& to, const Array& walked,
          std::initializer_list<const Array*> moved, bool padded, std::vector<int> operands) {
  const bool nhwc = from.layout == Layout::nhwc;
  const Index lanes = nhwc ? cudnn::lanes(moved, from.shape[1]) : 1;
  const Index count = elements(walked.shape) / lanes;
  const Attributes& a = emitter.attributes();
  std::string pointers;
  for (std::size_t i = 0; i < operands.size(); ++i) pointers += fmt::format("{}p{}", i ? ", " : "", i);
  emitter.call(emitter.operation().op, "pooling", "",
               fmt::format("  {}<{}, {}, {}, {}, {}, {}, {}{}>({});\n", emitter.operation().op, pixels(from),
                           pixels(to), lanes, nhwc, count, a.integer("size"), a.integer("stride"),
                           padded ? fmt::format(", {}", a.integer("padding")) : "", pointers),
               blocks_for(count), std::move(operands));
}

void forward(Emitter& emitter, bool padded) {
  const Array &x = emitter.input(0), &y = emitter.output();
  pool(emitter, x, y, y, {&x, &y}, padded, {0, 1});
}

void max_pool(Emitter& emitter) { forward(emitter, true); }
void average_pool(Emitter& emitter) { forward(emitter, false); }

void max_pool_gradient(Emitter& emitter) {
  const Array &dy = emitter.input(0), &x = emitter.input(1), &dx = emitter.output();
  pool(emitter, x, dy, dx, {&dy, &x, &dx}, true, {0, 1, 2, 3});
}

void average_pool_gradient(Emitter& emitter) {
  const Array &dy = emitter.input(0), &dx = emitter.output();
  pool(emitter, dx, dy, dx, {&dy, &dx}, false, {0, 1});
}

constexpr Generator kGenerators[] = {{"max_pool", max_pool},
                                     {"max_pool_gradient", max_pool_gradient},
                                     {"average_pool", average_pool},
                                     {"average_pool_gradient", average_pool_gradient}};

}  // namespace

std::span<const Generator> pooling_generators() { return kGenerators; }

}  // namespace gramstack::cudnn
