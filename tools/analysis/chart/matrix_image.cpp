#include "chart/matrix_image.h"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "chart/colour_map.h"

namespace gramstack::analysis {
namespace {

constexpr int kColours = 256;

std::string base64(const std::vector<unsigned char>& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::array<Colour, kColours> palette() {
  std::array<Colour, kColours> colours;
  for (int i = 0; i < kColours; ++i) colours[static_cast<std::size_t>(i)] = map_colour(i / (kColours - 1.0));
  return colours;
}

/// Places in the palette; a value that is not a number is the lowest.
std::vector<unsigned char> places(const MatrixView& matrix, double low, double high) {
  std::vector<unsigned char> result;
  result.reserve(matrix.values.size());
  for (const float value : matrix.values) {
    const double share = std::clamp((value - low) / (high - low), 0.0, 1.0);
    result.push_back(static_cast<unsigned char>(std::isnan(share) ? 0 : std::lround(share * (kColours - 1))));
  }
  return result;
}

/// An indexed PNG. libpng is asked twice: for the size, and for the bytes.
std::vector<unsigned char> encode(const MatrixView& matrix, const std::vector<unsigned char>& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(matrix.columns);
  image.height = static_cast<png_uint_32>(matrix.rows);
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = kColours;
  const std::array<Colour, kColours> colours = palette();
  std::vector<unsigned char> bytes;
  png_alloc_size_t size = 0;
  for (int pass = 0; pass < 2; ++pass) {
    bytes.resize(size);
    if (png_image_write_to_memory(&image, pass == 0 ? nullptr : bytes.data(), &size, 0, pixels.data(), 0,
                                  colours.data()) == 0)
      throw std::runtime_error(
          fmt::format("cannot make a PNG of {} x {}: {}", matrix.rows, matrix.columns, image.message));
  }
  bytes.resize(size);
  return bytes;
}

struct Size {
  double width, height;
};

void draw_strips(Svg& svg, const MatrixChart& chart, Point corner, Size size) {
  constexpr double kThick = 5, kAway = 9;
  double along = 0;
  for (std::size_t g = 0; g < chart.groups.size(); ++g) {
    const double share = static_cast<double>(chart.groups[g].size) / static_cast<double>(chart.matrix.rows);
    const std::string fill = "fill:" + category_colour(g), tip = chart.groups[g].name;
    svg.element("rect",
                {{"x", coordinate(corner.x - kAway)},
                 {"y", coordinate(corner.y + along * size.height)},
                 {"width", coordinate(kThick)},
                 {"height", coordinate(share * size.height)},
                 {"style", fill}},
                tip);
    svg.element("rect",
                {{"x", coordinate(corner.x + along * size.width)},
                 {"y", coordinate(corner.y - kAway)},
                 {"width", coordinate(share * size.width)},
                 {"height", coordinate(kThick)},
                 {"style", fill}},
                tip);
    along += share;
  }
}

void draw_colour_bar(Svg& svg, const MatrixChart& chart, Point corner, double height) {
  constexpr int kSteps = 32;
  constexpr double kWidth = 10;
  const double step = height / kSteps;
  for (int i = 0; i < kSteps; ++i)
    svg.element("rect", {{"x", coordinate(corner.x)},
                         {"y", coordinate(corner.y + i * step)},
                         {"width", coordinate(kWidth)},
                         {"height", coordinate(step + 0.5)},
                         {"fill", css(map_colour(1 - i / (kSteps - 1.0)))}});
  svg.text({corner.x + kWidth + 5, corner.y + 9}, fmt::format("{:.3g}", chart.high), "muted small");
  svg.text({corner.x + kWidth + 5, corner.y + height}, fmt::format("{:.3g}", chart.low), "muted small");
}

}  // namespace

std::string matrix_png(const MatrixView& matrix, double low, double high) {
  return "data:image/png;base64," + base64(encode(matrix, places(matrix, low, high)));
}

Svg draw(const MatrixChart& chart) {
  const double longer = static_cast<double>(std::max(chart.matrix.rows, chart.matrix.columns));
  const Size size{chart.side * static_cast<double>(chart.matrix.columns) / longer,
                  chart.side * static_cast<double>(chart.matrix.rows) / longer};
  const Point corner{12, 46};
  Svg svg(corner.x + size.width + 56, corner.y + size.height + 8, chart.title, chart.description);
  svg.text({corner.x, 22}, chart.title, "title");
  if (!chart.groups.empty()) draw_strips(svg, chart, corner, size);
  svg.element("image", {{"x", coordinate(corner.x)},
                        {"y", coordinate(corner.y)},
                        {"width", coordinate(size.width)},
                        {"height", coordinate(size.height)},
                        {"preserveAspectRatio", "none"},
                        {"style", "image-rendering:pixelated"},
                        {"href", matrix_png(chart.matrix, chart.low, chart.high)}});
  draw_colour_bar(svg, chart, {corner.x + size.width + 12, corner.y}, size.height);
  return svg;
}

}  // namespace gramstack::analysis
