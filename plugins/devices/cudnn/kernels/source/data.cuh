// Labels and 8-bit images.
template <int Rows, int Classes, class Y>
__device__ __forceinline__ void one_hot(const int* labels, Y* y) {
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < Rows * Classes; i += gridDim.x * kThreads)
    set(y[i], labels[i / Classes] == i % Classes ? 1.0f : 0.0f);
}

template <int Rows, class Y>
__device__ __forceinline__ void pair_masks(const int* labels, Y* equal, Y* different, Y* self) {
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < Rows * Rows; i += gridDim.x * kThreads) {
    const int row = i / Rows, column = i % Rows, a = labels[row], b = labels[column];
    const bool known = row != column && a >= 0 && b >= 0;
    set(equal[i], known && a == b ? 1.0f : 0.0f);
    set(different[i], known && a != b ? 1.0f : 0.0f);
    set(self[i], row == column ? 1.0f : 0.0f);
  }
}

// A thread a packet of N elements, of which a row has `Packets`; rows outside the table are zeros.
template <int TableRows, int Rows, int Packets, int N, class T>
__device__ __forceinline__ void gather(const T* table, const int* rows, T* y) {
  const Packet<T, N>* from = reinterpret_cast<const Packet<T, N>*>(table);
  Packet<T, N>* to = reinterpret_cast<Packet<T, N>*>(y);
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < Rows * Packets; i += gridDim.x * kThreads) {
    const int row = rows[i / Packets];
    Packet<T, N> packet = {};
    if (row >= 0 && row < TableRows) packet = from[row * Packets + i % Packets];
    to[i] = packet;
  }
}

template <int Channels_, int Height_, int Width_, bool Nhwc>
struct Image {
  static constexpr int Channels = Channels_, Height = Height_, Width = Width_;
  static __device__ __forceinline__ int at(int n, int c, int y, int x) {
    return Nhwc ? ((n * Height + y) * Width + x) * Channels + c : ((n * Channels + c) * Height + y) * Width + x;
  }
};

// The element that stands at (y, x) of the image once it is moved and mirrored as its three offsets say.
template <class From, int Padding>
__device__ __forceinline__ u8 moved(const u8* images, const int* offsets, int n, int c, int y, int x) {
  const int from_y = y + offsets[3 * n] - Padding;
  const int from_x = (offsets[3 * n + 2] == 1 ? From::Width - 1 - x : x) + offsets[3 * n + 1] - Padding;
  if (from_y < 0 || from_y >= From::Height || from_x < 0 || from_x >= From::Width) return 0;
  return images[From::at(n, c, from_y, from_x)];
}

// A thread an image element: 1 byte in, 1 out.
template <class From, class To, int Images, int Padding>
__device__ __forceinline__ void crop_flip(const u8* images, const int* offsets, u8* y) {
  constexpr int pixels = From::Height * From::Width;
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < Images * From::Channels * pixels; i += gridDim.x * kThreads) {
    const int n = i / pixels / From::Channels, c = i / pixels % From::Channels;
    const int row = i / From::Width % From::Height, column = i % From::Width;
    y[To::at(n, c, row, column)] = moved<From, Padding>(images, offsets, n, c, row, column);
  }
}

// A thread a pixel, all of its channels, so that what it writes in nhwc stands together. Factors (generated):
// (x / 255 - mean) / deviation = x scale(c) + shift(c). Moves a byte in and an element out.
template <class From, class To, class Factors, int Images, int Padding, bool Crop, class Y>
__device__ __forceinline__ void normalize_images(const u8* images, const int* offsets, Y* y) {
  constexpr int pixels = From::Height * From::Width;
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < Images * pixels; i += gridDim.x * kThreads) {
    const int n = i / pixels, row = i / From::Width % From::Height, column = i % From::Width;
#pragma unroll
    for (int c = 0; c < From::Channels; ++c) {
      const u8 x =
          Crop ? moved<From, Padding>(images, offsets, n, c, row, column) : images[From::at(n, c, row, column)];
      set(y[To::at(n, c, row, column)], static_cast<float>(x) * Factors::scale(c) + Factors::shift(c));
    }
  }
}
