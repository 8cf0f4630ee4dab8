// sum and logsumexp over any axes of any layout.
#include <fmt/format.h>

#include <algorithm>

#include "emit.h"

namespace gramstack::cudnn {
namespace {

/// The axes of x in the order of memory, kept and reduced ones apart.
struct Axes {
  std::vector<Extent> kept, reduced;  ///< strides in x
  std::vector<Extent> result;         ///< the kept ones, strides in y
  Index kept_count = 1, reduced_count = 1;
  bool kept_inner = false;  ///< neighbours in memory belong to different results
};

Axes axes_of(const Array& x, const Array& y, const std::vector<std::int64_t>& reduced, bool keep) {
  const std::vector<Index> from = strides(x), to = strides(y);
  std::vector<Index> to_of_axis(x.shape.size(), 0);
  std::size_t next = 0;
  for (std::size_t axis = 0; axis < x.shape.size(); ++axis) {
    const bool is_reduced = reduced.empty() || std::count(reduced.begin(), reduced.end(), static_cast<Index>(axis)) > 0;
    if (!is_reduced)
      to_of_axis[axis] = to[next];
    else
      to_of_axis[axis] = -1;
    if (!is_reduced || keep) ++next;
  }
  Axes axes;
  for (std::size_t axis : memory_order(x)) {
    const Index extent = x.shape[axis];
    const bool is_reduced = to_of_axis[axis] < 0;
    (is_reduced ? axes.reduced : axes.kept).push_back({extent, from[axis]});
    (is_reduced ? axes.reduced_count : axes.kept_count) *= extent;
    if (!is_reduced) axes.result.push_back({extent, to_of_axis[axis]});
    if (extent > 1) axes.kept_inner = !is_reduced;
  }
  return axes;
}

Index power_of_two(Index least, Index most) {
  Index power = 1;
  while (power < least && power < most) power *= 2;
  return power;
}

/// KX results and RY threads a result in a block; slices of the reduced elements.
struct Division {
  Index kx, ry, slices, grid;
};

Division divide(const Axes& axes) {
  Division made{};
  if (axes.kept_inner) {
    made.kx = power_of_two(axes.kept_count, 32);
    made.ry = kThreads / made.kx;
  } else {
    made.ry = power_of_two(axes.reduced_count, kThreads);
    made.kx = kThreads / made.ry;
  }
  const Index blocks = (axes.kept_count + made.kx - 1) / made.kx;
  const Index useful = (axes.reduced_count + made.ry * 8 - 1) / (made.ry * 8);
  made.slices = std::clamp<Index>(kReductionBlocks / blocks, 1, useful);
  made.grid = blocks * made.slices;
  return made;
}

void reduction(Emitter& emitter, const char* state, Index state_bytes) {
  const Array &x = emitter.input(0), &y = emitter.output();
  const Axes axes = axes_of(x, y, emitter.attributes().integers("axes"), emitter.attributes().integer("keep") != 0);
  const Division division = divide(axes);
  const std::string map = fmt::format(
      "struct $_map {{\n"
      "  static __device__ __forceinline__ int kept(int k) {{ return {}; }}\n"
      "  static __device__ __forceinline__ int reduced(int r) {{ return {}; }}\n"
      "  static __device__ __forceinline__ int result(int k) {{ return {}; }}\n}};\n\n",
      place("k", axes.kept), place("r", axes.reduced), place("k", axes.result));
  const bool sliced = division.slices > 1;
  const int partial = sliced ? emitter.scratch(axes.kept_count * division.slices * state_bytes) : -1;
  const std::string x_type = type_of(x.element), y_type = type_of(y.element);
  const std::string body =
      fmt::format("  reduce<{}, $_map, {}, {}, {}, {}, {}, {}>(p0, {});\n", state, division.kx, division.ry,
                  axes.kept_inner, axes.kept_count, axes.reduced_count, division.slices,
                  sliced ? fmt::format("static_cast<{}*>(nullptr), reinterpret_cast<{}*>(p1)", y_type, state)
                         : fmt::format("p1, static_cast<{}*>(nullptr)", state));
  emitter.call("reduce", "reduction", map, body, division.grid, {0, sliced ? partial : 1});
  if (!sliced) return;
  emitter.call("reduce_finish", "reduction", map,
               fmt::format("  reduce_finish<{0}, $_map, {1}, {2}>(reinterpret_cast<const {0}*>(p0), p1);\n", state,
                           axes.kept_count, division.slices),
               (axes.kept_count + 7) / 8, {partial, 1});
}

void sum(Emitter& emitter) { reduction(emitter, "Sum", 4); }
void logsumexp(Emitter& emitter) { reduction(emitter, "LogSumExp", 8); }

constexpr Generator kGenerators[] = {{"sum", sum}, {"logsumexp", logsumexp}};

}  // namespace

std::span<const Generator> reduction_generators() { return kGenerators; }

}  // namespace gramstack::cudnn
