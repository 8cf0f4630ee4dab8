// Division, rounded up.
#pragma once

#include <cstdint>

namespace gramstack {
namespace {

/// How many units `count` takes. REQUIRES: count >= 0, unit > 0.
constexpr std::int64_t ceiling(std::int64_t count, std::int64_t unit) { return (count + unit - 1) / unit; }

}  // namespace
}  // namespace gramstack
