// Axes: from values to pixels, with ticks at round numbers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chart/svg.h"

namespace gramstack::analysis {

struct Tick {
  double value = 0;
  std::string label;
};

struct Axis {
  std::string label = {};
  bool logarithmic = false;  ///< values that are not positive are left out
  bool whole = false;        ///< chosen ticks are at whole numbers only
  bool tight = false;        ///< linear: ends at the values, and not at ticks beyond
  std::optional<double> min = {}, max = {};
  std::vector<Tick> ticks = {};  ///< none: chosen
};

/// 1, 2 or 5 times a power of ten that gives at most about `wanted` ticks from `low` to `high`.
double tick_step(double low, double high, double wanted);
/// The multiples of `step` within [low, high].
std::vector<Tick> linear_ticks(double low, double high, double step);
/// At powers of ten; at 2 and 5 times these too where there are few.
std::vector<Tick> logarithmic_ticks(double low, double high);

class Scale {
 public:
  /// `values`: what must be seen. A linear scale is widened to ticks unless the axis says otherwise.
  Scale(const Axis& axis, const std::vector<double>& values, double from_pixel, double to_pixel);
  bool shows(double value) const;  ///< whether it is finite and has a place
  double operator()(double value) const;
  double low() const { return low_; }
  double high() const { return high_; }
  const std::vector<Tick>& ticks() const { return ticks_; }

 private:
  void find_ends(const Axis& axis, const std::vector<double>& values);
  double step(const Axis& axis) const;

  bool logarithmic_;
  double low_ = 0, high_ = 1, from_, to_;
  std::vector<Tick> ticks_;
};

/// The rectangle that values are drawn in.
struct Frame {
  double left = 0, top = 0, right = 0, bottom = 0;
};

/// Grid lines, tick labels (those that would overlap are left out) and axis labels.
void draw_axes(Svg& svg, const Frame& frame, const Axis& x_axis, const Scale& x, const Axis& y_axis, const Scale& y);

struct LegendEntry {
  std::string name;
  std::string colour;
  bool dashed = false;
  bool dot = false;  ///< instead of a line
};

/// Rows of entries from `at` on, broken at `right`. Its height.
double draw_legend(Svg& svg, Point at, double right, const std::vector<LegendEntry>& entries);

double text_width(std::string_view text);  ///< of 12 pixel text, estimated
double widest(const std::vector<std::string>& texts);

}  // namespace gramstack::analysis
