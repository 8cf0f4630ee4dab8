#include "kernels.h"
#include "vector.h"

namespace gramstack::wide::GRAMSTACK_INSTRUCTION_SET {

void multiply_and_add(std::int64_t rounds) {
  Vector sums[kChains];
#pragma GCC unroll 12
  for (int chain = 0; chain < kChains; ++chain) sums[chain] = all(1);
  const Vector factor = all(0.999F), addend = all(0.001F);
#pragma GCC unroll 1
  for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
    for (int chain = 0; chain < kChains; ++chain) {
      sums[chain] = multiply_add(sums[chain], factor, addend);
      asm volatile("" : "+x"(sums[chain]));  // the sums are wanted by nobody else
    }
  }
}

}  // namespace gramstack::wide::GRAMSTACK_INSTRUCTION_SET
