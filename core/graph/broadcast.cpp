#include <algorithm>

#include "api/ops.h"
#include "graph/rules.h"

namespace gramstack {

Shape broadcast_shapes(const Shape& left, const Shape& right) {
  Shape result(std::max(left.size(), right.size()), 1);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::int64_t a = i < left.size() ? left[left.size() - 1 - i] : 1;
    const std::int64_t b = i < right.size() ? right[right.size() - 1 - i] : 1;
    if (a != b && a != 1 && b != 1)
      rules::fail("extents that are equal or 1, aligned at the right", to_string(left) + " and " + to_string(right));
    result[result.size() - 1 - i] = a == 1 ? b : a;
  }
  return result;
}

}  // namespace gramstack
