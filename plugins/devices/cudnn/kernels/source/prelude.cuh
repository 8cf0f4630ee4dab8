// What every kernel is written with. Arithmetic is in float, whatever the elements are.
struct bf16 {
  unsigned short bits;
};
typedef unsigned char u8;

// Threads of a block of every kernel.
constexpr int kThreads = 256;

__device__ __forceinline__ float to_float(float x) { return x; }
__device__ __forceinline__ float to_float(bf16 x) { return __uint_as_float(static_cast<unsigned>(x.bits) << 16); }
__device__ __forceinline__ float to_float(u8 x) { return static_cast<float>(x); }

__device__ __forceinline__ void set(float& to, float x) { to = x; }
__device__ __forceinline__ void set(bf16& to, float x) { to.bits = round_to_bf16(x); }

// x as it is once it was stored as a T.
template <class T>
__device__ __forceinline__ float rounded(float x) {
  T stored;
  set(stored, x);
  return to_float(stored);
}

// N neighbouring elements in memory, moved by instructions of up to 16 bytes.
template <class T, int N>
struct alignas(sizeof(T) * N < 16 ? sizeof(T) * N : 16) Packet {
  T at[N];
};

// N numbers in registers.
template <int N>
struct Lanes {
  float at[N];
  __device__ __forceinline__ float& operator[](int i) { return at[i]; }
  __device__ __forceinline__ float operator[](int i) const { return at[i]; }
};

template <int N, class T>
__device__ __forceinline__ Lanes<N> load(const T* from) {
  const Packet<T, N> packet = *reinterpret_cast<const Packet<T, N>*>(from);
  Lanes<N> x;
#pragma unroll
  for (int k = 0; k < N; ++k) x[k] = to_float(packet.at[k]);
  return x;
}

template <int N, class T>
__device__ __forceinline__ void store(T* to, const Lanes<N>& x) {
  Packet<T, N> packet;
#pragma unroll
  for (int k = 0; k < N; ++k) set(packet.at[k], x[k]);
  *reinterpret_cast<Packet<T, N>*>(to) = packet;
}

template <int N>
__device__ __forceinline__ Lanes<N> same(float value) {
  Lanes<N> x;
#pragma unroll
  for (int k = 0; k < N; ++k) x[k] = value;
  return x;
}

__device__ __forceinline__ float infinity() { return __uint_as_float(0x7f800000u); }
__device__ __forceinline__ bool is_nan(float x) { return x != x; }
__device__ __forceinline__ int smaller(int a, int b) { return a < b ? a : b; }
__device__ __forceinline__ int larger(int a, int b) { return a > b ? a : b; }

// The sum of a block's values, the same in every thread. `shared`: kThreads floats.
__device__ __forceinline__ float block_sum(float value, float* shared) {
  shared[threadIdx.x] = value;
  __syncthreads();
  for (int step = kThreads / 2; step > 0; step /= 2) {
    if (threadIdx.x < step) shared[threadIdx.x] += shared[threadIdx.x + step];
    __syncthreads();
  }
  const float sum = shared[0];
  __syncthreads();
  return sum;
}
