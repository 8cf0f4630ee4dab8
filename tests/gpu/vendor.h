// What the GPU device leaves to libraries, by plain loops over arrays of any layout and element type: convolutions and
// matrix products.
#pragma once

#include "host_kernels.h"

namespace gramstack::gpu_test {

/// An array and its memory.
struct Operand {
  cudnn::Array array;
  Buffer* buffer;
  double get(std::initializer_list<std::int64_t> index) const;
  void set(std::initializer_list<std::int64_t> index, double value) const;

 private:
  std::size_t place(std::initializer_list<std::int64_t> index) const;
};

bool is_vendor_op(std::string_view op);
void run_vendor(std::string_view op, const Attributes& attributes, const std::vector<Operand>& inputs,
                const Operand& output);

}  // namespace gramstack::gpu_test
