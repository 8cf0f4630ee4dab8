#include "chart/dendrogram.h"

#include <algorithm>
#include <cmath>

#include "chart/axis.h"

namespace gramstack::analysis {
namespace {

constexpr double kHeight = 22, kTop = 40, kSpan = 420;

/// The right end of a cluster's line: its distance and its place from the top.
struct Joint {
  double distance, y;
};

std::vector<Joint> joints_of(const Dendrogram& tree, double top) {
  std::vector<Joint> joints(tree.names.size());
  const std::vector<std::size_t> order = leaf_order(tree.merges);
  for (std::size_t place = 0; place < order.size(); ++place)
    joints[order[place]] = {0, top + kHeight * (static_cast<double>(place) + 0.5)};
  for (const Merge& merge : tree.merges)
    joints.push_back({merge.distance, (joints[merge.first].y + joints[merge.second].y) / 2});
  return joints;
}

}  // namespace

Svg draw(const Dendrogram& tree) {
  double left = 0;
  for (const std::string& name : tree.names) left = std::max(left, text_width(name) + 24);
  const double bottom = kTop + kHeight * static_cast<double>(tree.names.size());
  Svg svg(left + kSpan + 24, bottom + 44, tree.title, tree.description);
  svg.text({12, 22}, tree.title, "title");
  double most = 0;
  for (const Merge& merge : tree.merges) most = std::max(most, merge.distance);
  const Scale scale({.min = 0, .max = most > 0 ? most * 1.02 : 1}, {}, left, left + kSpan);
  for (const Tick& tick : scale.ticks()) {
    if (!scale.shows(tick.value)) continue;
    svg.line({scale(tick.value), kTop}, {scale(tick.value), bottom}, "grid");
    svg.text({scale(tick.value), bottom + 16}, tick.label, "middle muted small");
  }
  svg.text({left + kSpan / 2, bottom + 34}, tree.distance, "middle muted");
  const std::vector<Joint> joints = joints_of(tree, kTop);
  for (std::size_t i = 0; i < tree.names.size(); ++i) svg.text({left - 8, joints[i].y + 4}, tree.names[i], "end");
  for (const Merge& merge : tree.merges) {
    const Joint &a = joints[merge.first], &b = joints[merge.second];
    const double x = scale(merge.distance);
    svg.element("path", {{"class", "curve"},
                         {"style", "stroke:" + category_colour(0)},
                         {"d", move_to({scale(a.distance), a.y}) + line_to({x, a.y}) + line_to({x, b.y}) +
                                   line_to({scale(b.distance), b.y})}});
  }
  return svg;
}

}  // namespace gramstack::analysis
