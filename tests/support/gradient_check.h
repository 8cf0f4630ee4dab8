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
  double kink = 0;  ///< arguments are moved away from 0 by this much
  /// What is checked; the tests of the checker put wrong gradients here.
  std::function<std::vector<Value>(Graph&, Value, const std::vector<Value>&)> differentiate = gradients;
};

/// `build` emits a scalar from f64 weights of the given shapes; every element of every d(scalar)/d(argument) is
/// compared with (f(x+h) - f(x-h)) / 2h. Other parameters that it makes take the constants they ask for, else normal
/// values; its inputs are zeros. Returns "" or a line for each of the first few elements that differ, and their count.
std::string check_gradients(const GradientCheck& check,
                            const std::function<Value(Builder&, const std::vector<Value>&)>& build);

}  // namespace gramstack::test
