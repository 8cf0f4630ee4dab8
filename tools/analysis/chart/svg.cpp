#include "chart/svg.h"

#include <fmt/core.h>

#include <cmath>

namespace gramstack::analysis {
namespace {

constexpr std::size_t kCategories = 10;

constexpr std::string_view kStyle =
    ".chart{--paper:#ffffff;--ink:#1f2328;--muted:#5f6875;--grid:#e4e7eb;--axis:#9aa3ae;"
    "--c0:#3568b0;--c1:#d2691e;--c2:#2c8a58;--c3:#c23b3b;--c4:#7d58b0;--c5:#8a6043;--c6:#c4569a;--c7:#6b7280;"
    "--c8:#8f8a1c;--c9:#1c8aa3;font:12px system-ui,-apple-system,\"Segoe UI\",Roboto,\"DejaVu Sans\",sans-serif}\n"
    "@media(prefers-color-scheme:dark){.chart{--paper:#15181c;--ink:#e6e9ed;--muted:#9ca6b3;--grid:#2a3037;"
    "--axis:#5d6670;--c0:#79a9ea;--c1:#f0a062;--c2:#67c293;--c3:#ee8580;--c4:#b79ce2;--c5:#c79f80;--c6:#e894c5;"
    "--c7:#a5adba;--c8:#cdc75c;--c9:#62c3d8}}\n"
    ".chart text{fill:var(--ink)}.chart .muted{fill:var(--muted)}.chart .title{font-size:14px;font-weight:600}"
    ".chart .small{font-size:11px}.chart .middle{text-anchor:middle}.chart .end{text-anchor:end}"
    ".chart .paper{fill:var(--paper)}.chart .grid{stroke:var(--grid)}.chart .axis{stroke:var(--axis)}"
    ".chart .curve{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}"
    ".chart .band{stroke:none;fill-opacity:.16}.chart .points{fill:none;stroke-linecap:round}";

/// Bytes that follow a lead byte in UTF-8; 0 where no character starts or its first bytes are not its own.
std::size_t sequence(std::string_view text, std::size_t at) {
  const unsigned char lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (lead > 0xF4 || length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0u) != 0x80u) return 0;
  return length;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence(text, at);
    const char c = text[at];
    const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
    if (length == 0 || control)
      result += "\xEF\xBF\xBD";
    else if (c == '&' || c == '<' || c == '>' || c == '"')
      result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;";
    else
      result += text.substr(at, length);
    at += length == 0 ? 1 : length;
  }
  return result;
}

std::string coordinate(double pixels) {
  std::string text = fmt::format("{:.2f}", pixels);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string move_to(Point point) { return "M" + coordinate(point.x) + " " + coordinate(point.y); }

std::string line_to(Point point) { return "L" + coordinate(point.x) + " " + coordinate(point.y); }

std::string category_colour(std::size_t category) { return fmt::format("var(--c{})", category % kCategories); }

std::string_view chart_style() { return kStyle; }

Svg::Svg(double width, double height, std::string_view title, std::string_view description)
    : width_(width), height_(height), title_(title), description_(description) {}

void Svg::start(std::string_view name, const Attributes& attributes) {
  body_ += fmt::format("{}<{}", std::string(open_.size() + 1, ' '), name);
  for (const auto& [attribute, value] : attributes)
    if (!value.empty()) body_ += fmt::format(" {}=\"{}\"", attribute, escaped(value));
}

void Svg::element(std::string_view name, const Attributes& attributes, std::string_view tooltip) {
  start(name, attributes);
  body_ += tooltip.empty() ? "/>\n" : fmt::format("><title>{}</title></{}>\n", escaped(tooltip), name);
}

void Svg::text(Point at, std::string_view content, std::string_view classes, const Attributes& more) {
  Attributes attributes{{"x", coordinate(at.x)}, {"y", coordinate(at.y)}, {"class", std::string(classes)}};
  attributes.insert(attributes.end(), more.begin(), more.end());
  start("text", attributes);
  body_ += fmt::format(">{}</text>\n", escaped(content));
}

void Svg::line(Point from, Point to, std::string_view classes) {
  element("path", {{"class", std::string(classes)}, {"d", move_to(from) + line_to(to)}});
}

void Svg::open(std::string_view name, const Attributes& attributes) {
  start(name, attributes);
  body_ += ">\n";
  open_.emplace_back(name);
}

void Svg::close() {
  const std::string name = open_.back();
  open_.pop_back();
  body_ += fmt::format("{}</{}>\n", std::string(open_.size() + 1, ' '), name);
}

std::string Svg::head(bool standalone) const {
  return fmt::format(
      "<svg{} class=\"chart\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n"
      " <desc>{}</desc>\n",
      standalone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "", coordinate(width_), coordinate(height_),
      coordinate(width_), coordinate(height_), escaped(title_), escaped(description_));
}

std::string Svg::document() const {
  return fmt::format(
      "{} <title>{}</title>\n <style>\n{}\n </style>\n <rect class=\"paper\" width=\"100%\" "
      "height=\"100%\"/>\n{}</svg>\n",
      head(true), escaped(title_), kStyle, body_);
}

std::string Svg::fragment() const { return head(false) + body_ + "</svg>\n"; }

}  // namespace gramstack::analysis
