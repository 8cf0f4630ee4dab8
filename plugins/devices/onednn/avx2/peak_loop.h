// Multiplications and additions in registers, as fast as they go.
#pragma once

#include <cstdint>

namespace gramstack {

/// Twelve chains of eight lanes, a product and a sum each.
inline constexpr std::int64_t kOperationsOfARound = 12 * 8 * 2;

void multiply_and_add(std::int64_t rounds);

}  // namespace gramstack
