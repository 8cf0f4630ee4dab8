// Batch normalisation of rows x channels, fused with an addition, a ReLU and their gradients. Rows: images times
// pixels. Place (generated) tells where row r of channel c is; N neighbouring channels are moved at once. A thread
// keeps its channels and walks down rows: CX threads across channel groups, RY across rows, over one slice of the rows.
// Training moves x twice and y once (and the addend once); the gradient dy, x, a second gradient and y, where the mask
// is not made of x, twice, dx once (with the masked gradient stored: those once, it twice, x twice).
template <int N_, int Channels_, int Rows_, int CX_, int Slices_>
struct Grid {
  static constexpr int N = N_, Channels = Channels_, Rows = Rows_, CX = CX_, Slices = Slices_;
  static constexpr int RY = kThreads / CX;
  static constexpr int Chunks = (Channels / N + CX - 1) / CX;  // of channel groups
  static constexpr int SliceRows = (Rows + Slices - 1) / Slices;
  int channel, first, end;  // rows of this thread: first, first + RY, ... below end

  __device__ __forceinline__ Grid() {
    const int slice = blockIdx.x / Chunks;
    channel = (blockIdx.x % Chunks * CX + threadIdx.x % CX) * N;
    first = slice * SliceRows + threadIdx.x / CX;
    end = channel < Channels ? smaller(Rows, (slice + 1) * SliceRows) : 0;
  }
  static __device__ __forceinline__ int slice() { return blockIdx.x / Chunks; }
};

// 1 / sqrt(x) to the last bit or so. A division and a square root would be calls, for whose sake registers are spilled.
__device__ __forceinline__ float inverse_root(float x) {
  const float root = rsqrtf(x);
  return root + 0.5f * root * fmaf(-x * root, root, 1.0f);
}

// Sums over the threads that share channels; the result is in those with threadIdx.x < CX.
template <class G>
__device__ __forceinline__ void sum_rows(Lanes<G::N>& a, Lanes<G::N>& b) {
  __shared__ float shared[2 * G::N][kThreads];
  const int t = threadIdx.x;
#pragma unroll
  for (int k = 0; k < G::N; ++k) shared[2 * k][t] = a[k], shared[2 * k + 1][t] = b[k];
  __syncthreads();
  for (int step = kThreads / 2; step >= G::CX; step /= 2) {
    if (t < step) {
#pragma unroll
      for (int k = 0; k < 2 * G::N; ++k) shared[k][t] += shared[k][t + step];
    }
    __syncthreads();
  }
#pragma unroll
  for (int k = 0; k < G::N; ++k) a[k] = shared[2 * k][t], b[k] = shared[2 * k + 1][t];
}

// partial [slices][2][channels] of float.
template <class G>
__device__ __forceinline__ void store_partial(float* partial, int channel, const Lanes<G::N>& a, const Lanes<G::N>& b) {
  float* to = partial + G::slice() * 2 * G::Channels + channel;
  store<G::N>(to, a);
  store<G::N>(to + G::Channels, b);
}

// Mean and sum of squared distances from it, of each slice. Sums are of the distances from the slice's first row, so
// that a mean far from zero costs no digits.
template <class G, class Place, class X>
__device__ __forceinline__ void batch_norm_statistics(const X* x, float* partial) {
  const G grid;
  const int start = G::slice() * G::SliceRows;
  const bool inside = grid.channel < G::Channels && start < G::Rows;
  const Lanes<G::N> shift = inside ? load<G::N>(x + Place::at(start, grid.channel)) : same<G::N>(0.0f);
  Lanes<G::N> sum = same<G::N>(0.0f), squares = same<G::N>(0.0f);
#pragma unroll 4
  for (int r = grid.first; r < grid.end; r += G::RY) {
    const Lanes<G::N> v = load<G::N>(x + Place::at(r, grid.channel));
#pragma unroll
    for (int k = 0; k < G::N; ++k) {
      const float d = v[k] - shift[k];
      sum[k] += d;
      squares[k] += d * d;
    }
  }
  sum_rows<G>(sum, squares);
  if (threadIdx.x >= G::CX || grid.channel >= G::Channels) return;
  const float count = static_cast<float>(larger(smaller(G::SliceRows, G::Rows - start), 1));
#pragma unroll
  for (int k = 0; k < G::N; ++k) {
    squares[k] -= sum[k] * sum[k] / count;
    sum[k] = shift[k] + sum[k] / count;
  }
  store_partial<G>(partial, grid.channel, sum, squares);
}

struct Moments {
  float count, mean, squares;  // squares: of distances from the mean
  __device__ __forceinline__ void join(const Moments& other) {
    if (other.count == 0.0f) return;
    const float total = count + other.count;
    const float d = other.mean - mean;
    mean += d * (other.count / total);
    squares += other.squares + d * d * (count * other.count / total);
    count = total;
  }
};

// A block joins the slices of 8 channels, 32 threads a channel.
template <class State, class Take, class Give>
__device__ __forceinline__ void join_slices(int channels, int slices, State state, const Take& take, const Give& give) {
  __shared__ State shared[kThreads];
  const int c = blockIdx.x * 8 + threadIdx.x % 8, lane = threadIdx.x / 8;
  if (c < channels) {
#pragma unroll 4
    for (int slice = lane; slice < slices; slice += kThreads / 8) state.join(take(slice, c));
  }
  shared[threadIdx.x] = state;
  __syncthreads();
  for (int step = kThreads / 2; step >= 8; step /= 2) {
    if (threadIdx.x < step) shared[threadIdx.x].join(shared[threadIdx.x + step]);
    __syncthreads();
  }
  if (lane == 0 && c < channels) give(c, shared[threadIdx.x]);
}

template <class G>
__device__ __forceinline__ void batch_norm_moments(const float* partial, float* mean, float* variance) {
  join_slices(
      G::Channels, G::Slices, Moments{0.0f, 0.0f, 0.0f},
      [&](int slice, int c) {
        const float* from = partial + slice * 2 * G::Channels + c;
        const int rows = smaller(G::SliceRows, G::Rows - slice * G::SliceRows);
        return Moments{static_cast<float>(larger(rows, 0)), from[0], from[G::Channels]};
      },
      [&](int c, const Moments& m) {
        mean[c] = m.mean;
        variance[c] = m.squares / static_cast<float>(G::Rows);
      });
}

// 1 / sqrt(variance + epsilon) of N channels.
template <int N>
__device__ __forceinline__ Lanes<N> inverse_deviations(const float* variance, float epsilon) {
  Lanes<N> x = load<N>(variance);
#pragma unroll
  for (int k = 0; k < N; ++k) x[k] = inverse_root(x[k] + epsilon);
  return x;
}

// What x becomes before a ReLU; the gradient's mask is made by the same arithmetic.
template <int N>
struct Normalization {
  Lanes<N> center, factor, offset;

  __device__ __forceinline__ Normalization(const float* scale, const float* shift, const float* mean,
                                           const float* variance, float epsilon)
      : center(load<N>(mean)), factor(load<N>(scale)), offset(load<N>(shift)) {
    const Lanes<N> inverse = inverse_deviations<N>(variance, epsilon);
#pragma unroll
    for (int k = 0; k < N; ++k) factor[k] *= inverse[k];
  }
  __device__ __forceinline__ float operator()(float x, int k) const { return (x - center[k]) * factor[k] + offset[k]; }
};

// y = scale (x - mean) / sqrt(variance + epsilon) + shift [+ addend] [below 0: 0]
template <class G, class Place, bool Add, bool Relu, class X, class A, class Y>
__device__ __forceinline__ void batch_norm_apply(const X* x, const float* scale, const float* shift, const float* mean,
                                                 const float* variance, const A* addend, Y* y, float epsilon) {
  const G grid;
  if (grid.first >= grid.end) return;
  const int c = grid.channel;
  const Normalization<G::N> norm(scale + c, shift + c, mean + c, variance + c, epsilon);
#pragma unroll 4
  for (int r = grid.first; r < grid.end; r += G::RY) {
    const int place = Place::at(r, c);
    Lanes<G::N> v = load<G::N>(x + place);
    Lanes<G::N> a = same<G::N>(0.0f);
    if (Add) a = load<G::N>(addend + place);
#pragma unroll
    for (int k = 0; k < G::N; ++k) {
      v[k] = norm(v[k], k);
      if (Add) v[k] += a[k];
      if (Relu) v[k] = v[k] < 0.0f ? 0.0f : v[k];
    }
    store<G::N>(y + place, v);
  }
}

// Where a gradient is 0: nowhere; where the ReLU's output y is not above 0; where the same made of x is not.
enum class Mask { none, result, source };

// The gradient at the normalisation's output: dy [+ second], masked; `v`: x there.
template <int N, bool Add, Mask How, class D, class S, class Y>
__device__ __forceinline__ Lanes<N> masked(const D* dy, const S* second, const Y* y, const Lanes<N>& v,
                                           const Normalization<N>& norm, int place) {
  Lanes<N> g = load<N>(dy + place);
  if (Add) {
    const Lanes<N> s = load<N>(second + place);
#pragma unroll
    for (int k = 0; k < N; ++k) g[k] += s[k];
  }
  if (How == Mask::none) return g;
  Lanes<N> result = v;
  if (How == Mask::result) result = load<N>(y + place);
#pragma unroll
  for (int k = 0; k < N; ++k) {
    if (How == Mask::source) result[k] = norm(v[k], k);
    g[k] = result[k] > 0.0f ? g[k] : 0.0f;
  }
  return g;
}

// Sums of g and of g u over each slice, u = (x - mean) / deviation; g itself where `Keep`. Scale and shift are read for
// Mask::source only.
template <class G, class Place, bool Add, Mask How, bool Keep, class D, class X, class S, class Y, class K>
__device__ __forceinline__ void batch_norm_gradient_sums(const D* dy, const X* x, const float* scale,
                                                         const float* shift, const float* mean, const float* variance,
                                                         const S* second, const Y* y, K* kept, float* partial,
                                                         float epsilon) {
  const G grid;
  const int c = grid.channel;
  const bool inside = c < G::Channels;
  const int known = inside ? c : 0;
  const Normalization<G::N> norm(scale + known, shift + known, mean + known, variance + known, epsilon);
  Lanes<G::N> sum = same<G::N>(0.0f), along = same<G::N>(0.0f);
#pragma unroll 4
  for (int r = grid.first; r < grid.end; r += G::RY) {
    const int place = Place::at(r, c);
    const Lanes<G::N> v = load<G::N>(x + place);
    const Lanes<G::N> g = masked<G::N, Add, How>(dy, second, y, v, norm, place);
    if (Keep) store<G::N>(kept + place, g);
#pragma unroll
    for (int k = 0; k < G::N; ++k) {
      sum[k] += g[k];
      along[k] += g[k] * (v[k] - norm.center[k]);
    }
  }
  sum_rows<G>(sum, along);
  if (threadIdx.x >= G::CX || !inside) return;
  const Lanes<G::N> inverse = inverse_deviations<G::N>(variance + c, epsilon);
#pragma unroll
  for (int k = 0; k < G::N; ++k) along[k] *= inverse[k];
  store_partial<G>(partial, c, sum, along);
}

struct TwoSums {
  float a, b;
  __device__ __forceinline__ void join(const TwoSums& other) { a += other.a, b += other.b; }
};

template <class G>
__device__ __forceinline__ void batch_norm_gradient_join(const float* partial, float* dscale, float* dshift) {
  join_slices(
      G::Channels, G::Slices, TwoSums{0.0f, 0.0f},
      [&](int slice, int c) {
        const float* from = partial + slice * 2 * G::Channels + c;
        return TwoSums{from[0], from[G::Channels]};
      },
      [&](int c, const TwoSums& sums) {
        dshift[c] = sums.a;
        dscale[c] = sums.b;
      });
}

// dx = scale / deviation (g - mean(g) - u mean(g u))
template <class G, class Place, bool Add, Mask How, class D, class X, class S, class Y, class DX>
__device__ __forceinline__ void batch_norm_gradient_apply(const D* dy, const X* x, const float* scale,
                                                          const float* shift, const float* mean, const float* variance,
                                                          const S* second, const Y* y, const float* dscale,
                                                          const float* dshift, DX* dx, float epsilon) {
  const G grid;
  if (grid.first >= grid.end) return;
  const int c = grid.channel;
  constexpr float share = 1.0f / G::Rows;
  const Normalization<G::N> norm(scale + c, shift + c, mean + c, variance + c, epsilon);
  const Lanes<G::N> inverse = inverse_deviations<G::N>(variance + c, epsilon);
  Lanes<G::N> slope = load<G::N>(dscale + c), level = load<G::N>(dshift + c);
#pragma unroll
  for (int k = 0; k < G::N; ++k) {
    slope[k] *= share * inverse[k];
    level[k] *= share;
  }
#pragma unroll 4
  for (int r = grid.first; r < grid.end; r += G::RY) {
    const int place = Place::at(r, c);
    Lanes<G::N> v = load<G::N>(x + place);
    const Lanes<G::N> g = masked<G::N, Add, How>(dy, second, y, v, norm, place);
#pragma unroll
    for (int k = 0; k < G::N; ++k)
      v[k] = norm.factor[k] * (g[k] - level[k] - (v[k] - norm.center[k]) * slope[k]);
    store<G::N>(dx + place, v);
  }
}
