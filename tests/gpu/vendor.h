// What the GPU device leaves to libraries, by plain loops over arrays of any layout and element type: convolutions and
// matrix products.
#pragma once

#include "host_kernels.h"

namespace gramstack::gpu_test {

/// An array and its memory. Places count elements from the start of the memory.
struct Memory {
  cudnn::Array array;
  std::byte* address;

  std::size_t place(std::initializer_list<std::int64_t> index) const;
  std::size_t place_of(std::int64_t number) const;  ///< of an element by its number in row-major order
  double get(std::size_t place) const;              ///< of f32 and bf16
  void set(std::size_t place, double value) const;
  double at(std::initializer_list<std::int64_t> index) const { return get(place(index)); }
};

bool is_vendor_op(std::string_view op);
void run_vendor(std::string_view op, const Attributes& attributes, const std::vector<Memory>& inputs,
                const Memory& output);

}  // namespace gramstack::gpu_test
