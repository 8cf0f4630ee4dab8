// A pairwise loss of a kernel's Gram matrix on a batch of pre-activations.
#pragma once

#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "support/gradient_check.h"
#include "support/make.h"

namespace gramstack::test {

/// Every device of the build tree that a component is tested on: the reference in f64, others in f32.
std::vector<std::string> devices();
DataType real_of(const std::string& device);

/// A number of a table that prints four digits after the point.
struct Rounded {
  double value;
};
inline bool operator==(double number, Rounded rounded) { return std::abs(number - rounded.value) < 5.05e-5; }
inline std::ostream& operator<<(std::ostream& stream, Rounded rounded) { return stream << rounded.value; }

struct PairwiseBatch {
  std::vector<double> x;  ///< [labels.size(), width]
  std::int64_t width = 0;
  std::vector<double> labels;  ///< negative: unknown
};

/// Three points of the plane, labels 0, 1, 0: the batch that the table of known objectives is of.
PairwiseBatch oracle_batch();

struct Outcome {
  double loss = 0;
  std::vector<double> gradient;  ///< d(loss)/dx
};

Outcome pairwise(const std::string& device, const Kernel& kernel, const Loss& loss, const PairwiseBatch& batch);

/// The method's objective, which is the negative of the loss, of the oracle batch: for the Gaussian kernel of sigma 10.
double gaussian_objective(const std::string& device, const std::string& loss, const Settings& settings = {});
/// For the unit-normalised tanh.
double tanh_objective(const std::string& device, const std::string& loss, const Settings& settings = {});

/// Masks of constant labels, for gradient checks.
PairMasks constant_masks(Builder& builder, const std::vector<double>& labels);

/// check_gradients of a loss through the tanh and the Gaussian kernel on a mixed batch with one unknown image; "":
/// good.
std::string check_pairwise_gradient(const std::string& loss, const Settings& settings = {});

/// The loss of a batch does not change when an image without a label joins it. "": good.
std::string check_unknown_pairs(const std::string& loss, const Settings& settings = {});

/// Loss and gradient of batches of one class, of different classes alone, of one image, of unknown labels and of dead
/// (all-zero) features. "" when all are finite on all devices, else the first that is not.
std::string check_degenerate_batches(const std::string& loss, const Settings& settings = {});

}  // namespace gramstack::test
