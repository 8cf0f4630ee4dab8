#include "pipeline/augmentation.h"

namespace gramstack {

std::vector<View> Views::all() const {
  std::vector<View> views = {{0, 0, false}};
  if (shift > 0) {
    views.push_back({-shift, -shift, false});
    views.push_back({shift, shift, false});
  }
  const std::size_t upright = mirror ? views.size() : 0;
  for (std::size_t i = 0; i < upright; ++i) views.push_back({views[i].down, views[i].right, true});
  return views;
}

}  // namespace gramstack
