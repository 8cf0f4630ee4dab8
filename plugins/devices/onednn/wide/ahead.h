// Memory that is read soon, fetched into the second-level cache a few lines at a time while something else is computed.
#pragma once

#include <immintrin.h>

#include <algorithm>
#include <cstdint>

namespace gramstack {
namespace {

class Ahead {
 public:
  Ahead() = default;  ///< nothing

  /// `rows` rows of `length` floats, `stride` apart, in about `pieces` calls of fetch().
  Ahead(const float* row, std::int64_t length, std::int64_t stride, std::int64_t rows, std::int64_t pieces)
      : row_(row),
        length_(length),
        stride_(stride),
        rows_(rows),
        piece_((rows * length / kLine + pieces - 1) / pieces * kLine) {
    if (length < stride) return;
    length_ *= rows;  // without gaps they are one row
    rows_ = 1;
  }

  void fetch() {
    if (rows_ == 0) return;
    const std::int64_t end = std::min(at_ + piece_, length_);
    for (; at_ < end; at_ += kLine) _mm_prefetch(reinterpret_cast<const char*>(row_ + at_), _MM_HINT_T1);
    if (at_ < length_) return;
    at_ = 0;
    row_ += stride_;
    --rows_;
  }

 private:
  static constexpr std::int64_t kLine = 16;  // floats

  const float* row_ = nullptr;
  std::int64_t length_ = 0, stride_ = 0, rows_ = 0;
  std::int64_t piece_ = 0, at_ = 0;  ///< floats of a call; of the row, fetched already
};

}  // namespace
}  // namespace gramstack
