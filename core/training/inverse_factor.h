// The inverse Cholesky factor of a Gram matrix: what turns similarities to centres into the Nystrom feature map.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gramstack {

/// L^-1, lower triangular [m,m] in rows, where L L^T = gram + ridge I in f64. `gram` is [m,m] and symmetric. Throws
/// Error(numerical) naming `name` where that is not positive definite.
std::vector<float> inverse_factor(const std::vector<float>& gram, std::int64_t m, double ridge,
                                  const std::string& name);

}  // namespace gramstack
