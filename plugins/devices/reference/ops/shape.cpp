#include "ops/ops.h"

namespace gramstack::reference {
namespace {

/// Inputs and parameters: the plan's write() and updates fill them.
void keep(const Call&) {}

void constant(const Call& call) {
  const std::vector<double>& values = call.attributes->reals("values");
  Tensor& y = call.output();
  for (std::int64_t i = 0; i < y.size(); ++i)
    y[i] = values.size() == 1 ? values[0] : values[static_cast<std::size_t>(i)];
}

void reshape(const Call& call) { call.output().values = call.input(0).values; }

void transpose(const Call& call) {
  const Tensor& x = call.input(0);
  Tensor& y = call.output();
  for (std::int64_t row = 0; row < x.extent(0); ++row)
    for (std::int64_t column = 0; column < x.extent(1); ++column)
      y[at(y.shape(), column, row)] = x[at(x.shape(), row, column)];
}

void broadcast(const Call& call) {
  const Tensor& x = call.input(0);
  Tensor& y = call.output();
  for (std::int64_t i = 0; i < y.size(); ++i) y[i] = x[broadcast_index(y.shape(), x.shape(), i)];
}

constexpr OpEntry kOps[] = {{"input", keep},      {"parameter", keep},      {"constant", constant},
                            {"reshape", reshape}, {"transpose", transpose}, {"broadcast", broadcast}};

}  // namespace

std::span<const OpEntry> shape_ops() { return kOps; }

}  // namespace gramstack::reference
