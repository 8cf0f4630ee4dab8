// Gram matrix and features of a kernel on given pre-activations.
#pragma once

#include <string>
#include <vector>

#include "support/gradient_check.h"
#include "support/make.h"
#include "support/pairwise.h"

namespace gramstack::test {

struct KernelValues {
  std::vector<double> gram, features;
  Shape features_shape;
};

/// `states` are values of the kernel's own parameters.
KernelValues evaluate_kernel(const std::string& device, const Kernel& kernel, const Shape& shape,
                             const std::vector<double>& x, const Tensors& states = {});

/// Whether K is exactly symmetric, within the kernel's range, and 1 on the diagonal to 1e-6. "": it is.
std::string check_gram(const Kernel& kernel, const KernelValues& values);

/// check_gradients of a weighted sum of the Gram matrix and of the features of a kernel without parameters. "": good.
std::string check_kernel_gradient(const Kernel& kernel, const Shape& shape);

}  // namespace gramstack::test
