// 64-byte aligned floats, as a plan's arena gives them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace gramstack::test {

class Aligned {
 public:
  /// Zeros.
  explicit Aligned(std::size_t count) : count_(count), data_(static_cast<float*>(::operator new(count * 4, kAlign))) {
    std::fill_n(data_, count, 0.0F);
  }
  Aligned(Aligned&& other) noexcept : count_(other.count_), data_(std::exchange(other.data_, nullptr)) {}
  Aligned(const Aligned&) = delete;
  Aligned& operator=(const Aligned&) = delete;
  ~Aligned() { ::operator delete(data_, kAlign); }
  float* data() { return data_; }
  const float* data() const { return data_; }
  std::vector<float> values() const { return {data_, data_ + count_}; }

 private:
  static constexpr std::align_val_t kAlign{64};
  std::size_t count_;
  float* data_;
};

}  // namespace gramstack::test
