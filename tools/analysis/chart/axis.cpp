#include "chart/axis.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace gramstack::analysis {
namespace {

std::string tick_label(double value) { return fmt::format("{:.6g}", std::abs(value) < 1e-12 ? 0.0 : value); }

constexpr double kTickDistance = 44;  ///< pixels between ticks, at least about
constexpr double kGap = 6;            ///< pixels between tick labels

}  // namespace

double tick_step(double low, double high, double wanted) {
  const double step = (high - low) / wanted;
  const double power = std::pow(10, std::floor(std::log10(step)));
  const double ratio = step / power;
  return power * (ratio <= 1.0001 ? 1 : ratio <= 2.0001 ? 2 : ratio <= 5.0001 ? 5 : 10);
}

std::vector<Tick> linear_ticks(double low, double high, double step) {
  std::vector<Tick> ticks;
  for (double i = std::ceil(low / step - 1e-9); i <= std::floor(high / step + 1e-9); ++i)
    ticks.push_back({i * step, tick_label(i * step)});
  return ticks;
}

std::vector<Tick> logarithmic_ticks(double low, double high) {
  const double decades = std::log10(high / low);
  const std::vector<double> factors = decades > 3 ? std::vector<double>{1} : std::vector<double>{1, 2, 5};
  const double every = std::max(1.0, std::ceil(decades / 8));
  std::vector<Tick> ticks;
  for (double power = std::floor(std::log10(low)); power <= std::log10(high); power += every)
    for (const double factor : factors) {
      const double value = factor * std::pow(10, power);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.push_back({value, tick_label(value)});
    }
  return ticks;
}

Scale::Scale(const Axis& axis, const std::vector<double>& values, double from_pixel, double to_pixel)
    : logarithmic_(axis.logarithmic), from_(from_pixel), to_(to_pixel) {
  find_ends(axis, values);
  ticks_ = axis.ticks;
  if (!ticks_.empty()) return;
  ticks_ = logarithmic_ ? logarithmic_ticks(low_, high_) : linear_ticks(low_, high_, step(axis));
}

double Scale::step(const Axis& axis) const {
  const double wanted = std::clamp(std::abs(to_ - from_) / kTickDistance, 1.0, 10.0);
  const double chosen = tick_step(axis.min.value_or(low_), axis.max.value_or(high_), wanted);
  return axis.whole ? std::max(1.0, chosen) : chosen;
}

void Scale::find_ends(const Axis& axis, const std::vector<double>& values) {
  bool any = false;
  for (const double value : values) {
    if (!std::isfinite(value) || (logarithmic_ && value <= 0)) continue;
    low_ = any ? std::min(low_, value) : value;
    high_ = any ? std::max(high_, value) : value;
    any = true;
  }
  if (!any) low_ = logarithmic_ ? 0.1 : 0;
  if (!any || high_ == low_) {
    const double half = logarithmic_ ? 0 : std::max(std::abs(low_) * 0.1, 1e-6);
    low_ = logarithmic_ ? low_ / 2 : low_ - half;
    high_ = logarithmic_ ? high_ * 2 : high_ + half;
  }
  if (!logarithmic_ && !axis.tight && axis.ticks.empty()) {
    const double step = this->step(axis);
    low_ = std::floor(low_ / step + 1e-9) * step;
    high_ = std::ceil(high_ / step - 1e-9) * step;
  }
  low_ = axis.min.value_or(low_);
  high_ = axis.max.value_or(high_);
}

bool Scale::shows(double value) const { return std::isfinite(value) && (!logarithmic_ || value > 0); }

double Scale::operator()(double value) const {
  const double share = logarithmic_ ? std::log(value / low_) / std::log(high_ / low_) : (value - low_) / (high_ - low_);
  return from_ + share * (to_ - from_);
}

double text_width(std::string_view text) {
  const auto leads = [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; };
  return 6.6 * static_cast<double>(std::count_if(text.begin(), text.end(), leads));
}

double widest(const std::vector<std::string>& texts) {
  double width = 0;
  for (const std::string& text : texts) width = std::max(width, text_width(text));
  return width;
}

void draw_axes(Svg& svg, const Frame& frame, const Axis& x_axis, const Scale& x, const Axis& y_axis, const Scale& y) {
  for (const Tick& tick : y.ticks()) {
    svg.line({frame.left, y(tick.value)}, {frame.right, y(tick.value)}, "grid");
    svg.text({frame.left - 8, y(tick.value) + 4}, tick.label, "muted end");
  }
  svg.line({frame.left, frame.bottom}, {frame.right, frame.bottom}, "axis");
  double free_from = -1e9;
  for (const Tick& tick : x.ticks()) {
    const double at = x(tick.value), half = text_width(tick.label) / 2;
    svg.line({at, frame.bottom}, {at, frame.bottom + 5}, "axis");
    if (at - half < free_from) continue;
    svg.text({at, frame.bottom + 19}, tick.label, "muted middle");
    free_from = at + half + kGap;
  }
  svg.text({(frame.left + frame.right) / 2, frame.bottom + 40}, x_axis.label, "middle");
  const double middle = (frame.top + frame.bottom) / 2, left = 16;
  svg.text({left, middle}, y_axis.label, "middle",
           {{"transform", fmt::format("rotate(-90 {} {})", coordinate(left), coordinate(middle))}});
}

double draw_legend(Svg& svg, Point at, double right, const std::vector<LegendEntry>& entries) {
  constexpr double kRow = 18, kSpace = 16;
  Point next = at;
  for (const LegendEntry& entry : entries) {
    const double mark = entry.dot ? 0 : 18, text = mark + (entry.dot ? 9 : 6);
    const double width = text + text_width(entry.name);
    if (next.x > at.x && next.x + width > right) next = {at.x, next.y + kRow};
    svg.element("path", {{"class", "curve"},
                         {"style", "stroke:" + entry.colour + (entry.dot ? ";stroke-width:8" : "")},
                         {"stroke-dasharray", entry.dashed ? "5 4" : ""},
                         {"d", move_to({next.x, next.y - 4}) + "h" + coordinate(mark)}});
    svg.text({next.x + text, next.y}, entry.name);
    next.x += width + kSpace;
  }
  return entries.empty() ? 0 : next.y - at.y + kRow;
}

}  // namespace gramstack::analysis
