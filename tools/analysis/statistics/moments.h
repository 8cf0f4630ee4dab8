// Mean and standard deviation of a few numbers.
#pragma once

#include <span>

namespace gramstack::analysis {

double mean(std::span<const double> values);       ///< NaN of none
double deviation(std::span<const double> values);  ///< of a sample; NaN of fewer than two

}  // namespace gramstack::analysis
