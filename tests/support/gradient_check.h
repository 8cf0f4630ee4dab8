// Gradients against central differences, in f64 on the reference device.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/builder.h"
#include "support/evaluate.h"

namespace gramstack::test {

struct GradientCheck {
  std::vector<Shape> shapes;  ///< of the differentiable arguments, filled with normal values
  std::uint64_t seed = 1;
  double step = 1e-5, relative = 1e-3, absolute = 1e-5;
  double kink = 0;  ///< arguments are moved at least this far from 0
};

/// `build` emits a scalar from f64 weights of the given shapes; every element of every d(scalar)/d(argument) is
/// compared with (f(x+h) - f(x-h)) / 2h. Returns "" or a text with the first few elements that differ: the argument,
/// the index, both numbers.
std::string check_gradients(const GradientCheck& check,
                            const std::function<Value(Builder&, const std::vector<Value>&)>& build);

}  // namespace gramstack::test
