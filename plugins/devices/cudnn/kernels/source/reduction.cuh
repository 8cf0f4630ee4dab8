// Reductions over any axes. Map (generated) tells where things are: kept(k) + reduced(r) is the place in x of element r
// of result k, result(k) the place of result k. A block works on KX results with RY threads each, over one slice of the
// reduced elements. Neighbouring threads read neighbouring memory: along k if KeptInner, else along r. More than one
// slice: states go to scratch, and reduce_finish joins them. The order of all additions is fixed.
// Moves: all of x once, the results once.
struct Sum {
  float sum;
  static __device__ __forceinline__ Sum none() { return {0.0f}; }
  __device__ __forceinline__ void take(float x) { sum += x; }
  __device__ __forceinline__ void join(const Sum& other) { sum += other.sum; }
  __device__ __forceinline__ float result() const { return sum; }
};

// sum = the sum of e^(x - largest); largest is 0 for results, once it is infinite: -inf counts as no element.
struct LogSumExp {
  float largest, sum;
  static __device__ __forceinline__ LogSumExp none() { return {-infinity(), 0.0f}; }
  __device__ __forceinline__ void take(float x) { join({x, x == -infinity() ? 0.0f : 1.0f}); }
  __device__ __forceinline__ void join(const LogSumExp& other) {
    const float top = is_nan(other.largest) || other.largest > largest ? other.largest : largest;
    sum = scaled(*this, top) + scaled(other, top);
    largest = top;
  }
  static __device__ __forceinline__ float scaled(const LogSumExp& of, float top) {
    return of.largest == top ? of.sum : of.sum * expf(of.largest - top);
  }
  __device__ __forceinline__ float result() const { return largest == -infinity() ? largest : largest + logf(sum); }
};

template <class State, int KX, int RY, bool KeptInner>
__device__ __forceinline__ void join_threads(State* shared, int kx, int ry) {
  constexpr int along = KeptInner ? KX : 1;
  const int place = KeptInner ? ry * KX + kx : kx * RY + ry;
  __syncthreads();
  for (int step = RY / 2; step > 0; step /= 2) {
    if (ry < step) shared[place].join(shared[place + step * along]);
    __syncthreads();
  }
}

template <class State, class Map, int KX, int RY, bool KeptInner, int Kept, int Reduced, int Slices, class X, class Y>
__device__ __forceinline__ void reduce(const X* x, Y* y, State* partial) {
  __shared__ State shared[KX * RY];
  const int t = threadIdx.x;
  const int kx = KeptInner ? t % KX : t / RY;
  const int ry = KeptInner ? t / KX : t % RY;
  const int slice = blockIdx.x % Slices;
  const int k = blockIdx.x / Slices * KX + kx;
  constexpr int rows = (Reduced + Slices - 1) / Slices;
  const int end = smaller(Reduced, (slice + 1) * rows);
  State state = State::none();
  if (k < Kept) {
    const int base = Map::kept(k);
#pragma unroll 4
    for (int r = slice * rows + ry; r < end; r += RY) state.take(to_float(x[base + Map::reduced(r)]));
  }
  shared[t] = state;
  join_threads<State, KX, RY, KeptInner>(shared, kx, ry);
  if (ry != 0 || k >= Kept) return;
  if (Slices == 1)
    set(y[Map::result(k)], shared[t].result());
  else
    partial[slice * Kept + k] = shared[t];
}

template <class State, class Map, int Kept, int Slices, class Y>
__device__ __forceinline__ void reduce_finish(const State* partial, Y* y) {
  constexpr int KX = 8, RY = kThreads / KX;
  __shared__ State shared[kThreads];
  const int kx = threadIdx.x % KX, ry = threadIdx.x / KX;
  const int k = blockIdx.x * KX + kx;
  State state = State::none();
  if (k < Kept) {
#pragma unroll 4
    for (int slice = ry; slice < Slices; slice += RY) state.join(partial[slice * Kept + k]);
  }
  shared[threadIdx.x] = state;
  join_threads<State, KX, RY, true>(shared, kx, ry);
  if (ry == 0 && k < Kept) set(y[Map::result(k)], shared[threadIdx.x].result());
}
