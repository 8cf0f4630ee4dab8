// A CUDA runtime and driver without a GPU, linked into a test instead of the real one: device memory is memory of the
// host, copies are made, launches are noted and compute nothing.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace gramstack::test {

struct FakeDriver {
  int version = 13000;
  std::size_t memory = std::size_t{1} << 30;  ///< free bytes
  std::size_t used = 0;
  int launches_until_failure = std::numeric_limits<int>::max();
  std::vector<std::string> calls;  ///< all that were made, in words
  bool recording = false;
  bool failed = false;  ///< as on a real one, every call that follows fails too
};

FakeDriver& fake_driver();  ///< reset by assigning {}

}  // namespace gramstack::test
