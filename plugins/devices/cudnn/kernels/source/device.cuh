// The part of the prelude that is of the GPU; tests compile the kernels for the host with a part of their own.
__device__ __forceinline__ unsigned short round_to_bf16(float x) {
  unsigned short bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(x));
  return bits;
}
