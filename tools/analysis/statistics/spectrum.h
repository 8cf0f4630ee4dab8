// What Gram matrices and features look like: eigenvalues, the plane of most variance, means over pairs of classes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "chart/svg.h"

namespace gramstack::analysis {

/// Of a symmetric matrix [n,n], the largest first.
std::vector<double> eigenvalues(std::span<const float> matrix);

struct Projection {
  std::vector<Point> points;                 ///< of each row: its first two principal components
  double first_share = 0, second_share = 0;  ///< of the variance
};

/// Of rows of `width` numbers. The sign of a component is such that its largest coordinate is positive.
Projection principal_components(std::span<const float> rows, std::size_t width);

/// Means of a Gram matrix over the pairs of images of two classes, an image with itself left out; [classes,classes],
/// NaN where there is no pair.
std::vector<double> class_pair_means(std::span<const float> gram, std::span<const std::int32_t> labels,
                                     std::size_t classes);

/// The matrix of `same` for pairs of the same class and `different` for others.
std::vector<float> ideal_gram(std::span<const std::int32_t> labels, double same, double different);

/// The cosine of two matrices [n,n] without their diagonals; 0 where one of them is zero.
double alignment(std::span<const float> a, std::span<const float> b);

}  // namespace gramstack::analysis
