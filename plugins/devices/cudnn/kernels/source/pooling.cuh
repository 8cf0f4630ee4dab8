// Pooling. A thread works on N neighbouring channels of one pixel; gradients are gathered, so that no two threads add
// to one place. From (generated) places pixels of x, To those of y. Moves: each tensor once; overlapping windows hit
// caches.
template <int Channels_, int Height_, int Width_, bool Nhwc>
struct Pixels {
  static constexpr int Channels = Channels_, Height = Height_, Width = Width_;
  static __device__ __forceinline__ int at(int n, int c, int y, int x) {
    return Nhwc ? ((n * Height + y) * Width + x) * Channels + c : ((n * Channels + c) * Height + y) * Width + x;
  }
};

struct Pixel {
  int n, c, y, x;
};

// Pixel number i in the order of memory, N channels counting as one.
template <class P, int N, bool Nhwc>
__device__ __forceinline__ Pixel pixel(int i) {
  constexpr int groups = P::Channels / N;
  if (Nhwc)
    return {i / groups / P::Width / P::Height, i % groups * N, i / groups / P::Width % P::Height,
            i / groups % P::Width};
  return {i / P::Width / P::Height / groups, i / P::Width / P::Height % groups * N, i / P::Width % P::Height,
          i % P::Width};
}

template <class From, class To, int N, bool Nhwc, int Count, int Size, int Stride, int Padding, class X, class Y>
__device__ __forceinline__ void max_pool(const X* x, Y* y) {
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < Count; i += gridDim.x * kThreads) {
    const Pixel p = pixel<To, N, Nhwc>(i);
    Lanes<N> best = same<N>(-infinity());
#pragma unroll(Size <= 3 ? Size : 1)
    for (int row = 0; row < Size; ++row)
#pragma unroll(Size <= 3 ? Size : 1)
      for (int column = 0; column < Size; ++column) {
        const int from_y = p.y * Stride + row - Padding, from_x = p.x * Stride + column - Padding;
        if (from_y < 0 || from_y >= From::Height || from_x < 0 || from_x >= From::Width) continue;
        const Lanes<N> v = load<N>(x + From::at(p.n, p.c, from_y, from_x));
#pragma unroll
        for (int k = 0; k < N; ++k) best[k] = v[k] > best[k] || is_nan(v[k]) ? v[k] : best[k];
      }
    store<N>(y + To::at(p.n, p.c, p.y, p.x), best);
  }
}

// Windows (rows or columns) that hold a pixel: from first() to last().
template <int Size, int Stride, int Padding>
struct Cover {
  static __device__ __forceinline__ int first(int pixel) {
    return pixel + Padding < Size ? 0 : (pixel + Padding - Size) / Stride + 1;
  }
  static __device__ __forceinline__ int last(int pixel, int windows) {
    return smaller((pixel + Padding) / Stride, windows - 1);
  }
};

// Whether an element is the maximum m of its window, but for equal ones before it; m was stored as a Y.
template <class Y>
__device__ __forceinline__ bool is_maximum(float x, float m) {
  return rounded<Y>(x) == m || (is_nan(x) && is_nan(m));
}

// A pixel takes the dy of a window if it is its maximum and no element before it is.
template <class From, class To, int N, bool Nhwc, int Count, int Size, int Stride, int Padding, class D, class X,
          class Y, class O>
__device__ __forceinline__ void max_pool_gradient(const D* dy, const X* x, const Y* y, O* dx) {
  using Windows = Cover<Size, Stride, Padding>;
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < Count; i += gridDim.x * kThreads) {
    const Pixel p = pixel<From, N, Nhwc>(i);
    const Lanes<N> own = load<N>(x + From::at(p.n, p.c, p.y, p.x));
    Lanes<N> sum = same<N>(0.0f);
    for (int row = Windows::first(p.y); row <= Windows::last(p.y, To::Height); ++row)
      for (int column = Windows::first(p.x); column <= Windows::last(p.x, To::Width); ++column) {
        const int place = To::at(p.n, p.c, row, column);
        const Lanes<N> top = load<N>(y + place);
        Lanes<N> share = load<N>(dy + place);
        bool any = false;
#pragma unroll
        for (int k = 0; k < N; ++k) {
          if (!is_maximum<Y>(own[k], top[k])) share[k] = 0.0f;
          any = any || is_maximum<Y>(own[k], top[k]);
        }
        if (!any) continue;
        const int begin_y = larger(row * Stride - Padding, 0), begin_x = larger(column * Stride - Padding, 0);
        const int end_x = smaller(column * Stride - Padding + Size, From::Width);
        for (int ey = begin_y; ey <= p.y; ++ey)
          for (int ex = begin_x; ex < (ey < p.y ? end_x : p.x); ++ex) {
            const Lanes<N> before = load<N>(x + From::at(p.n, p.c, ey, ex));
#pragma unroll
            for (int k = 0; k < N; ++k)
              if (is_maximum<Y>(before[k], top[k])) share[k] = 0.0f;
          }
#pragma unroll
        for (int k = 0; k < N; ++k) sum[k] += share[k];
      }
    store<N>(dx + From::at(p.n, p.c, p.y, p.x), sum);
  }
}

template <class From, class To, int N, bool Nhwc, int Count, int Size, int Stride, class X, class Y>
__device__ __forceinline__ void average_pool(const X* x, Y* y) {
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < Count; i += gridDim.x * kThreads) {
    const Pixel p = pixel<To, N, Nhwc>(i);
    Lanes<N> sum = same<N>(0.0f);
    for (int row = 0; row < Size; ++row)
#pragma unroll 4
      for (int column = 0; column < Size; ++column) {
        const Lanes<N> v = load<N>(x + From::at(p.n, p.c, p.y * Stride + row, p.x * Stride + column));
#pragma unroll
        for (int k = 0; k < N; ++k) sum[k] += v[k];
      }
#pragma unroll
    for (int k = 0; k < N; ++k) sum[k] *= 1.0f / (Size * Size);
    store<N>(y + To::at(p.n, p.c, p.y, p.x), sum);
  }
}

template <class From, class To, int N, bool Nhwc, int Count, int Size, int Stride, class D, class O>
__device__ __forceinline__ void average_pool_gradient(const D* dy, O* dx) {
  using Windows = Cover<Size, Stride, 0>;
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < Count; i += gridDim.x * kThreads) {
    const Pixel p = pixel<From, N, Nhwc>(i);
    Lanes<N> sum = same<N>(0.0f);
    for (int row = Windows::first(p.y); row <= Windows::last(p.y, To::Height); ++row)
      for (int column = Windows::first(p.x); column <= Windows::last(p.x, To::Width); ++column) {
        const Lanes<N> v = load<N>(dy + To::at(p.n, p.c, row, column));
#pragma unroll
        for (int k = 0; k < N; ++k) sum[k] += v[k];
      }
#pragma unroll
    for (int k = 0; k < N; ++k) sum[k] *= 1.0f / (Size * Size);
    store<N>(dx + From::at(p.n, p.c, p.y, p.x), sum);
  }
}
