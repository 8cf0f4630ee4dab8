// An SVG document: elements in the order they are drawn, escaped, in the colours of chart_style().
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gramstack::analysis {

struct Point {
  double x = 0, y = 0;
};

std::string escaped(std::string_view text);  ///< for XML text and attributes; what XML forbids becomes U+FFFD
std::string coordinate(double pixels);       ///< two decimals at most: "12.5"; -0 is "0"
std::string move_to(Point point);            ///< for path data: "M12.5 3"
std::string line_to(Point point);

/// "var(--c3)": the colour of category 3; after ten they come again.
std::string category_colour(std::size_t category);

/// The style sheet of charts, light and dark. An HTML page with fragments has it once.
std::string_view chart_style();

class Svg {
 public:
  using Attributes = std::vector<std::pair<std::string_view, std::string>>;

  /// Title and description are for people who hear the page.
  Svg(double width, double height, std::string_view title, std::string_view description);
  double width() const { return width_; }
  double height() const { return height_; }

  /// `tooltip`: shown when the pointer rests on it.
  void element(std::string_view name, const Attributes& attributes, std::string_view tooltip = {});
  /// Classes of text: "title", "muted", "end" and "middle" (anchors), "small".
  void text(Point at, std::string_view content, std::string_view classes = {}, const Attributes& more = {});
  void line(Point from, Point to, std::string_view classes);  ///< "axis" or "grid"
  void open(std::string_view name, const Attributes& attributes = {});
  void close();  ///< what was opened last

  std::string document() const;  ///< a whole file
  std::string fragment() const;  ///< for HTML

 private:
  std::string head(bool standalone) const;
  void start(std::string_view name, const Attributes& attributes);

  double width_, height_;
  std::string title_, description_, body_;
  std::vector<std::string> open_;
};

}  // namespace gramstack::analysis
