#include "compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gramstack::conformance {
namespace {

/// "[1,0,2]": the place of element `index`.
std::string place(const Shape& shape, std::int64_t index) {
  Shape place(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    place[axis] = index % shape[axis];
    index /= shape[axis];
  }
  return to_string(place);
}

/// Equal infinities and two NaNs are no error; anything else that is not finite is an infinite one.
double error_of(double got, double want) {
  if (got == want || (std::isnan(got) && std::isnan(want))) return 0;
  const double error = std::abs(got - want);
  return std::isnan(error) ? HUGE_VAL : error;
}

struct Errors {
  double squares = 0, largest = 0;
  std::size_t worst = 0;
};

Errors errors_of(const std::vector<double>& got, const std::vector<double>& want) {
  Errors errors;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double error = error_of(got[i], want[i]);
    errors.squares += error * error;
    if (error > errors.largest) errors.worst = i;
    errors.largest = std::max(errors.largest, error);
  }
  return errors;
}

/// What errors are measured against: never zero.
struct Size {
  double norm, largest;
};

Size size_of(const std::vector<double>& want, const Tolerance& tolerance) {
  double squares = 0;
  double largest = std::numeric_limits<double>::min();
  for (const double value : want) {
    if (!std::isfinite(value)) continue;
    squares += value * value;
    largest = std::max(largest, std::abs(value));
  }
  const double floor = tolerance.noise / tolerance.relative;
  const double norm = std::max(std::sqrt(squares), floor * std::sqrt(static_cast<double>(want.size())));
  return {std::max(norm, std::numeric_limits<double>::min()), std::max(largest, floor)};
}

std::string text(const TensorType& type, const std::vector<double>& got, const std::vector<double>& want,
                 const std::string& what, std::size_t worst) {
  return fmt::format("{}; worst at {}: {:.9g}, reference {:.9g}", what,
                     place(type.shape, static_cast<std::int64_t>(worst)), got[worst], want[worst]);
}

}  // namespace

std::string difference(const TensorType& type, const std::vector<double>& got, const std::vector<double>& want,
                       const Tolerance& tolerance) {
  const Errors errors = errors_of(got, want);
  if (!is_real(type.type)) return errors.largest == 0 ? "" : text(type, got, want, "not equal", errors.worst);

  const Size size = size_of(want, tolerance);
  const double relative = std::sqrt(errors.squares) / size.norm;
  if (!(relative <= tolerance.relative))
    return text(type, got, want, fmt::format("relative error {:.2e}, allowed {:.0e}", relative, tolerance.relative),
                errors.worst);
  const double single = errors.largest / size.largest;
  if (!(single <= 10 * tolerance.relative))
    return text(
        type, got, want,
        fmt::format("one element off by {:.2e} of the largest, allowed {:.0e}", single, 10 * tolerance.relative),
        errors.worst);
  return "";
}

}  // namespace gramstack::conformance
