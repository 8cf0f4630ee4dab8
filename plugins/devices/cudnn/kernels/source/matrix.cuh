// Transposition, copies, and rows of unit length.

// Count matrices [Rows, Columns] -> [Columns, Rows], in tiles of 32 x 32, so that both sides are read and written along
// memory. Moves each element in and out once.
template <int Count, int Rows, int Columns, class X, class Y>
__device__ __forceinline__ void transpose(const X* x, Y* y) {
  __shared__ float tile[32][33];
  constexpr int down = (Rows + 31) / 32, across = (Columns + 31) / 32;
  const int lane = threadIdx.x % 32, line = threadIdx.x / 32;
  const int matrix = blockIdx.x / (down * across);
  const int row = blockIdx.x / across % down * 32, column = blockIdx.x % across * 32;
  x += matrix * (Rows * Columns);
  y += matrix * (Rows * Columns);
#pragma unroll
  for (int i = line; i < 32; i += kThreads / 32)
    if (row + i < Rows && column + lane < Columns) tile[i][lane] = to_float(x[(row + i) * Columns + column + lane]);
  __syncthreads();
#pragma unroll
  for (int i = line; i < 32; i += kThreads / 32)
    if (column + i < Columns && row + lane < Rows) set(y[(column + i) * Rows + row + lane], tile[lane][i]);
}

// Elements that are not numbers to compute with, moved as they are.
template <int Elements, class T>
__device__ __forceinline__ void copy_elements(const T* x, T* y) {
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < Elements; i += gridDim.x * kThreads) y[i] = x[i];
}

// y = x below the diagonal and its mirror image above; y may be x.
template <int Rows>
__device__ __forceinline__ void symmetrize(const float* x, float* y) {
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < Rows * Rows; i += gridDim.x * kThreads) {
    const int row = i / Rows, column = i % Rows;
    if (row < column)
      y[i] = x[column * Rows + row];
    else if (x != y)
      y[i] = x[i];
  }
}

__device__ __forceinline__ bool is_zero(float norm) { return norm < 1e-12f; }

// A block a row, N elements at once; the second pass over a row finds it in cache. Moves x in once, y out once.
template <int Columns, int N, class X, class Y>
__device__ __forceinline__ void unit_normalize(const X* x, Y* y, float* norms) {
  __shared__ float shared[kThreads];
  x += blockIdx.x * Columns;
  y += blockIdx.x * Columns;
  float squares = 0.0f;
#pragma unroll 4
  for (int i = threadIdx.x * N; i < Columns; i += kThreads * N) {
    const Lanes<N> v = load<N>(x + i);
#pragma unroll
    for (int k = 0; k < N; ++k) squares += v[k] * v[k];
  }
  const float norm = sqrtf(block_sum(squares, shared));
  if (threadIdx.x == 0) norms[blockIdx.x] = norm;
  const bool zero = is_zero(norm);
#pragma unroll 4
  for (int i = threadIdx.x * N; i < Columns; i += kThreads * N) {
    Lanes<N> v = load<N>(x + i);
#pragma unroll
    for (int k = 0; k < N; ++k) v[k] = zero ? 0.0f : v[k] / norm;
    store<N>(y + i, v);
  }
}

// dx = (dy - y <y, dy>) / norm. Moves dy and y in once, dx out once.
template <int Columns, int N, class D, class Y, class O>
__device__ __forceinline__ void unit_normalize_gradient(const D* dy, const Y* y, const float* norms, O* dx) {
  __shared__ float shared[kThreads];
  dy += blockIdx.x * Columns;
  y += blockIdx.x * Columns;
  dx += blockIdx.x * Columns;
  float products = 0.0f;
#pragma unroll 4
  for (int i = threadIdx.x * N; i < Columns; i += kThreads * N) {
    const Lanes<N> d = load<N>(dy + i), v = load<N>(y + i);
#pragma unroll
    for (int k = 0; k < N; ++k) products += d[k] * v[k];
  }
  const float along = block_sum(products, shared);
  const float norm = norms[blockIdx.x];
  const bool zero = is_zero(norm);
#pragma unroll 4
  for (int i = threadIdx.x * N; i < Columns; i += kThreads * N) {
    Lanes<N> d = load<N>(dy + i);
    const Lanes<N> v = load<N>(y + i);
#pragma unroll
    for (int k = 0; k < N; ++k) d[k] = zero ? 0.0f : (d[k] - v[k] * along) / norm;
    store<N>(dx + i, d);
  }
}
