// Products of matrices and rows of matrices.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/table.h"
#include "ops/product.h"
#include "plan.h"
#include "rules.h"
#include "threads.h"

namespace gramstack::onednn {
namespace {

Run prepare_matmul(Preparation& p) {
  const bool ta = p.attributes().integer("transpose_a") != 0, tb = p.attributes().integer("transpose_b") != 0;
  const Shape& a = p.input(0).shape();
  const Shape& b = p.input(1).shape();
  const Index m = p.output(0).shape()[0], n = p.output(0).shape()[1], k = ta ? a[0] : a[1];
  const MatrixProduct product{m, n, k, {p.in(0), a[1], ta}, {p.in(1), b[1], tb}, p.inputs() == 3 ? p.in(2) : nullptr};
  return prepare_product(p, product, p.out(0), n);
}

/// Rows of the lower triangle in bands; the upper one is its mirror image.
Run prepare_gram(Preparation& p) {
  constexpr Index kBand = 64;
  const Index n = p.input(0).shape()[0], d = p.input(0).shape()[1];
  const float* x = p.in(0);
  float* out = p.out(0);
  std::vector<Run> bands;
  for (Index begin = 0; begin < n; begin += kBand) {
    const Index end = std::min(begin + kBand, n);
    const MatrixProduct band{end - begin, end, d, {x + begin * d, d, false}, {x, d, true}, nullptr};
    bands.push_back(prepare_product(p, band, out + begin * n, n));
  }
  return [=] {
    for (const Run& band : bands) band();
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < i; ++j) out[j * n + i] = out[i * n + j];
  };
}

constexpr double kLeastNorm = 1e-12;

Run prepare_unit_normalize(Preparation& p) {
  const Index n = p.input(0).shape()[0], d = p.input(0).type.elements() / n;
  const int parts = parts_for(2 * n * d, p.threads());
  return [=, x = p.in(0), y = p.out(0), norms = p.out(1), dot = kernels().dot] {
    parallel_range(parts, n, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const double norm = std::sqrt(dot(x + i * d, x + i * d, d));
        const float factor = norm < kLeastNorm ? 0.0f : static_cast<float>(1.0 / norm);
        norms[i] = static_cast<float>(norm);
        for (Index j = i * d; j < (i + 1) * d; ++j) y[j] = x[j] * factor;
      }
    });
  };
}

Run prepare_unit_normalize_gradient(Preparation& p) {
  const Index n = p.input(1).shape()[0], d = p.input(1).type.elements() / n;
  const int parts = parts_for(4 * n * d, p.threads());
  return [=, dy = p.in(0), y = p.in(1), norms = p.in(2), dx = p.out(0), dot = kernels().dot] {
    parallel_range(parts, n, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const bool tiny = static_cast<double>(norms[i]) < kLeastNorm;
        const float factor = tiny ? 0.0f : 1.0f / norms[i];
        const float along = tiny ? 0.0f : static_cast<float>(dot(dy + i * d, y + i * d, d));
        for (Index j = i * d; j < (i + 1) * d; ++j) dx[j] = (dy[j] - y[j] * along) * factor;
      }
    });
  };
}

constexpr Rule kRules[] = {{"matmul", nullptr, prepare_matmul},
                           {"gram", nullptr, prepare_gram},
                           {"unit_normalize", nullptr, prepare_unit_normalize},
                           {"unit_normalize_gradient", nullptr, prepare_unit_normalize_gradient}};

}  // namespace

std::span<const Rule> matrix_rules() { return kRules; }

}  // namespace gramstack::onednn
