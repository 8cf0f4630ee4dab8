// A product of matrices, by our own kernels where the processor has AVX2, else by oneDNN.
#pragma once

#include "adapter.h"
#include "plan.h"

namespace gramstack::onednn {

struct MatrixProduct {
  Index m = 0, n = 0, k = 0;
  Matrix a, b;
  const float* bias = nullptr;  ///< [n], added to every row
};

/// Computes into `c`, whose rows are `stride` floats apart.
Run prepare_product(Preparation& preparation, const MatrixProduct& product, float* c, Index stride);

}  // namespace gramstack::onednn
