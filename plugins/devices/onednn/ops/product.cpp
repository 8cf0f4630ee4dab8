#include "ops/product.h"

#include <algorithm>

#if defined(__x86_64__)
#include "wide/wide.h"
#endif

namespace gramstack::onednn {
namespace {

#if defined(__x86_64__)
Run prepare_own(Preparation& preparation, const matrix::Kernels& kernels, const MatrixProduct& p, float* c,
                Index stride) {
  const matrix::Product product{
      p.m, p.n, p.k, {p.a.data, p.a.stride, p.a.transpose}, {p.b.data, p.b.stride, p.b.transpose}, p.bias};
  const int threads = preparation.threads();
  const Workspace* workspace = preparation.workspace(kernels.workspace_size(product, threads) * sizeof(float));
  return [=, multiply = kernels.multiply] { multiply(product, c, stride, workspace->data(), threads); };
}
#endif

Run prepare_onednn(const MatrixProduct& p, float* c, Index stride) {
  return [=] {
    if (p.bias)
      for (Index i = 0; i < p.m; ++i) std::copy_n(p.bias, p.n, c + i * stride);
    multiply(p.m, p.n, p.k, p.a, p.b, p.bias ? 1.0f : 0.0f, c, stride);
  };
}

}  // namespace

Run prepare_product(Preparation& preparation, const MatrixProduct& product, float* c, Index stride) {
#if defined(__x86_64__)
  if (const wide::Kernels* own = wide::best()) return prepare_own(preparation, own->matrix, product, c, stride);
#endif
  return prepare_onednn(product, c, stride);
}

}  // namespace gramstack::onednn
