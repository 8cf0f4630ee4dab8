// The functions of the ops: a table for each topic, one file each.
// To add an op: a function and a row in the file of its topic.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "api/graph.h"
#include "tensor.h"

namespace gramstack::reference {

/// One application of an op. Outputs have their final size and hold values of an earlier run.
struct Call {
  std::vector<const Tensor*> inputs;
  std::vector<Tensor*> outputs;
  const Attributes* attributes = nullptr;

  const Tensor& input(std::size_t index) const { return *inputs[index]; }
  Tensor& output(std::size_t index = 0) const { return *outputs[index]; }
  std::int64_t integer(std::string_view name) const { return attributes->integer(name); }
  double real(std::string_view name) const { return attributes->real(name); }
};

using OpFunction = void (*)(const Call&);

struct OpEntry {
  std::string_view op;
  OpFunction function;
};

std::span<const OpEntry> elementwise_ops();
std::span<const OpEntry> shape_ops();
std::span<const OpEntry> reduction_ops();
std::span<const OpEntry> matrix_ops();
std::span<const OpEntry> convolution_ops();
std::span<const OpEntry> pooling_ops();
std::span<const OpEntry> batch_norm_ops();
std::span<const OpEntry> data_ops();

/// nullptr: this device has no such op.
OpFunction find_function(std::string_view op);

}  // namespace gramstack::reference
