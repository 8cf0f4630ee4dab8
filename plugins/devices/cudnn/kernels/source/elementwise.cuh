// The functions that expressions are made of, by the names of their ops.
namespace term {
__device__ __forceinline__ float broadcast(float x) { return x; }
__device__ __forceinline__ float copy(float x) { return x; }
__device__ __forceinline__ float negate(float x) { return -x; }
__device__ __forceinline__ float exp(float x) { return expf(x); }
__device__ __forceinline__ float log(float x) { return logf(x); }
__device__ __forceinline__ float sqrt(float x) { return sqrtf(x); }
__device__ __forceinline__ float square(float x) { return x * x; }
__device__ __forceinline__ float relu(float x) { return x < 0.0f ? 0.0f : x; }  // a NaN stays one
__device__ __forceinline__ float tanh(float x) { return tanhf(x); }
__device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }
__device__ __forceinline__ float relu_gradient(float dy, float y) { return y > 0.0f ? dy : 0.0f; }
__device__ __forceinline__ float tanh_gradient(float dy, float y) { return dy * (1.0f - y * y); }
__device__ __forceinline__ float sigmoid_gradient(float dy, float y) { return dy * y * (1.0f - y); }
__device__ __forceinline__ float add(float a, float b) { return a + b; }
__device__ __forceinline__ float subtract(float a, float b) { return a - b; }
__device__ __forceinline__ float multiply(float a, float b) { return a * b; }
__device__ __forceinline__ float divide(float a, float b) { return a / b; }
__device__ __forceinline__ float maximum(float a, float b) { return a > b || is_nan(a) ? a : b; }
__device__ __forceinline__ float greater(float a, float b) { return a > b ? 1.0f : 0.0f; }
}  // namespace term

// The last of `count` ascending starts that is not above `block`.
__device__ __forceinline__ int find_tensor(const int* starts, int count, int block) {
  int low = 0, high = count;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    if (starts[middle] <= block)
      low = middle;
    else
      high = middle;
  }
  return low;
}
