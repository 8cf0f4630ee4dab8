// Charts: whole files of small ones, ticks, and that every one is well-formed XML by a parser of its own.
#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>

#include "chart/colour_map.h"
#include "chart/labelled_matrix.h"
#include "chart/line_chart.h"
#include "chart/matrix_image.h"
#include "chart/scatter.h"
#include "store/files.h"
#include "support/scratch_folder.h"

using namespace gramstack::analysis;
using gramstack::test::replaced;
using gramstack::test::ScratchFolder;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string body_of(const Svg& svg) {
  const std::string text = svg.fragment();
  return text.substr(text.find("</desc>\n") + 8);
}

std::string labels_of(const std::vector<Tick>& ticks) {
  std::string text;
  for (const Tick& tick : ticks) text += (text.empty() ? "" : " ") + tick.label;
  return text;
}

/// "" when Python's XML parser takes the text, else what it says.
std::string xml_fault(const std::string& text) {
  const ScratchFolder folder;
  gramstack::write_atomically(folder / "chart.svg", text);
  const std::string command = "python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' " +
                              (folder / "chart.svg").string() + " 2> " + (folder / "fault").string();
  return std::system(command.c_str()) == 0 ? "" : gramstack::read_text(folder / "fault");
}

LineChart curve(std::vector<double> y) {
  LineChart chart;
  chart.title = "Title";
  chart.description = "What it shows";
  chart.x.label = "steps";
  chart.y.label = "loss";
  for (std::size_t i = 0; i < y.size(); ++i) chart.series.resize(1);
  chart.series[0].name = "one";
  for (std::size_t i = 0; i < y.size(); ++i) chart.series[0].x.push_back(static_cast<double>(i));
  chart.series[0].y = std::move(y);
  return chart;
}

}  // namespace

TEST_CASE("analysis: a document of a line and a text") {
  Svg svg(100, 50.5, "A & B", "less < \"more\"");
  svg.open("g", {{"class", "part"}, {"style", ""}});
  svg.line({0, -0.001}, {10, 12.345}, "axis");
  svg.close();
  svg.text({1, 2}, "a<b", "muted");
  svg.element("rect", {{"width", "3"}}, "tip & more");
  const std::string style(chart_style());
  CHECK(svg.document() ==
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"100\" height=\"50.5\" "
        "viewBox=\"0 0 100 50.5\" role=\"img\" aria-label=\"A &amp; B\">\n"
        " <desc>less &lt; &quot;more&quot;</desc>\n"
        " <title>A &amp; B</title>\n"
        " <style>\n" +
            style +
            "\n </style>\n"
            " <rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n"
            " <g class=\"part\">\n"
            "  <path class=\"axis\" d=\"M0 0L10 12.35\"/>\n"
            " </g>\n"
            " <text x=\"1\" y=\"2\" class=\"muted\">a&lt;b</text>\n"
            " <rect width=\"3\"><title>tip &amp; more</title></rect>\n"
            "</svg>\n");
  CHECK(style.find("@media(prefers-color-scheme:dark)") != std::string::npos);
  CHECK(xml_fault(svg.document()) == "");
}

TEST_CASE("analysis: text that XML forbids is replaced, other text is kept") {
  CHECK(escaped("a\x01"
                "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(escaped("\xFF\xC3") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(escaped("gr\xC3\xB6\xC3\x9F"
                "er") ==
        "gr\xC3\xB6\xC3\x9F"
        "er");
}

TEST_CASE("analysis: ticks are at round numbers") {
  CHECK(tick_step(0, 1, 6) == doctest::Approx(0.2));
  CHECK(tick_step(3, 3.4, 10) == doctest::Approx(0.05));
  CHECK(tick_step(0, 1e6, 10) == doctest::Approx(1e5));
  CHECK(labels_of(linear_ticks(0, 1, 0.2)) == "0 0.2 0.4 0.6 0.8 1");
  CHECK(labels_of(linear_ticks(-0.31, 0.29, 0.1)) == "-0.3 -0.2 -0.1 0 0.1 0.2");
  CHECK(labels_of(linear_ticks(88.2, 91.7, 1)) == "89 90 91");
  CHECK(labels_of(logarithmic_ticks(1, 100)) == "1 2 5 10 20 50 100");
  CHECK(labels_of(logarithmic_ticks(0.001, 5000)) == "0.001 0.01 0.1 1 10 100 1000");
}

TEST_CASE("analysis: a scale is widened to ticks and leaves out what has no place") {
  const Scale linear({}, {0.13, 0.88, kNaN}, 0, 100);
  CHECK(linear.low() == doctest::Approx(0));
  CHECK(linear.high() == doctest::Approx(1));
  CHECK(linear(0.25) == doctest::Approx(25));
  CHECK_FALSE(linear.shows(kNaN));
  Axis axis;
  axis.logarithmic = true;
  const Scale logarithmic(axis, {1, 0, 100}, 0, 100);
  CHECK(logarithmic(10) == doctest::Approx(50));
  CHECK_FALSE(logarithmic.shows(0));
  Axis whole;
  whole.whole = true;
  CHECK(labels_of(Scale(whole, {1, 3}, 0, 400).ticks()) == "1 2 3");
  const Scale constant({}, {3, 3}, 0, 100);
  CHECK(constant(3) == doctest::Approx(50));
}

TEST_CASE("analysis: a curve with a gap") {
  LineChart chart = curve({1, 2, kNaN, 4});
  chart.series[0].markers = false;
  chart.width = 200;
  chart.height = 150;
  CHECK(body_of(draw(chart)) == R"svg( <text x="64" y="24" class="title">Title</text>
 <path class="grid" d="M64 94L176 94"/>
 <text x="56" y="98" class="muted end">0</text>
 <path class="grid" d="M64 44L176 44"/>
 <text x="56" y="48" class="muted end">5</text>
 <path class="axis" d="M64 94L176 94"/>
 <path class="axis" d="M76 94L76 99"/>
 <text x="76" y="113" class="muted middle">0</text>
 <path class="axis" d="M134.67 94L134.67 99"/>
 <text x="134.67" y="113" class="muted middle">2</text>
 <text x="120" y="134" class="middle">steps</text>
 <text x="16" y="69" class="middle" transform="rotate(-90 16 69)">loss</text>
 <path class="curve" style="stroke:var(--c0)" d="M76 84L105.33 74"/>
 <path class="curve" style="stroke:var(--c0)" d="M164 54"/>
</svg>
)svg");
}

TEST_CASE("analysis: charts are well-formed, also of odd names and numbers") {
  LineChart chart = curve({1, 2, 3});
  chart.title = "a < b & \"c\"";
  chart.series[0].deviation = {0.1, kNaN, 0.3};
  chart.series.push_back(chart.series[0]);
  chart.series[1].name = "\x02<two>";
  CHECK(xml_fault(draw(chart).document()) == "");
  chart.spread = LineChart::Spread::bars;
  chart.x.logarithmic = true;
  CHECK(xml_fault(draw(chart).document()) == "");
  CHECK(xml_fault(draw(LineChart{}).document()) == "");
  CHECK(xml_fault(draw(Scatter{}).document()) == "");
}

TEST_CASE("analysis: a scatter draws every point in its category's colour") {
  Scatter scatter;
  scatter.points = {{0, 0}, {1, 1}, {0.5, kNaN}, {1, 0}};
  scatter.category = {0, 1, 1, 0};
  scatter.categories = {"first", "second"};
  const std::string text = draw(scatter).fragment();
  CHECK(text.find("style=\"stroke:var(--c0)\" stroke-width=\"4\" stroke-opacity=\".75\" "
                  "d=\"M70 418h0M530 418h0\"><title>first</title>") != std::string::npos);
  CHECK(text.find("d=\"M530 68h0\"><title>second</title>") != std::string::npos);
}

TEST_CASE("analysis: the colour map goes from dark to bright, and its texts can be read") {
  CHECK(css(map_colour(0)) == "#440154");
  CHECK(css(map_colour(0.5)) == "#21918c");
  CHECK(css(map_colour(1)) == "#fde725");
  CHECK(map_colour(7) == map_colour(1));
  CHECK(map_colour(kNaN) == Colour{128, 128, 128});
  CHECK(readable_on(map_colour(0)) == "#ffffff");
  CHECK(readable_on(map_colour(1)) == "#000000");
}

TEST_CASE("analysis: a matrix is a PNG of its size, bright where it is large") {
  const ScratchFolder folder;
  const std::vector<float> values{0, 1, 0.5f, -3, 2, std::numeric_limits<float>::quiet_NaN()};
  const std::string uri = matrix_png({values, 2, 3}, 0, 1);
  REQUIRE(uri.starts_with("data:image/png;base64,"));
  gramstack::write_atomically(folder / "uri", uri.substr(22));
  const std::string script =
      "import base64,struct,zlib,sys;"
      "b=base64.b64decode(open(sys.argv[1]).read());"
      "i=b.index(b\"IDAT\");p=b.index(b\"PLTE\");"
      "w,h=struct.unpack(\">II\",b[16:24]);"
      "d=zlib.decompress(b[i+4:i+4+struct.unpack(\">I\",b[i-4:i])[0]]);"
      "rows=[d[r*(w+1)+1:(r+1)*(w+1)] for r in range(h)];"
      "print(w,h,[[b[p+4+3*v:p+7+3*v].hex() for v in row] for row in rows])";
  const std::string command =
      "python3 -c '" + script + "' " + (folder / "uri").string() + " > " + (folder / "out").string();
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(gramstack::read_text(folder / "out") ==
        "3 2 [['440154', 'fde725', '21918c'], ['440154', 'fde725', '440154']]\n");
}

TEST_CASE("analysis: a matrix chart has strips of its groups beside it") {
  const std::vector<float> values{1, 0, 0, 1};
  MatrixChart chart;
  chart.title = "Gram matrix";
  chart.matrix = {values, 2, 2};
  chart.groups = {{"cat", 1}, {"dog", 1}};
  chart.side = 100;
  const std::string text = draw(chart).fragment();
  CHECK(xml_fault(draw(chart).document()) == "");
  CHECK(text.find(
            "<rect x=\"3\" y=\"96\" width=\"5\" height=\"50\" style=\"fill:var(--c1)\"><title>dog</title></rect>") !=
        std::string::npos);
  CHECK(text.find("<image x=\"12\" y=\"46\" width=\"100\" height=\"100\"") != std::string::npos);
}

TEST_CASE("analysis: a labelled matrix has names, numbers and tooltips") {
  LabelledMatrix matrix;
  matrix.title = "Means";
  matrix.row_label = "true";
  matrix.rows = {"cat", "dog"};
  matrix.columns = {"cat", "dog"};
  matrix.values = {1, 0.25, kNaN, 1};
  matrix.tooltips = {"a", "b", "c", "d"};
  const std::string text = draw(matrix).fragment();
  CHECK(text.find("fill=\"#3b528b\"><title>b</title>") != std::string::npos);
  CHECK(text.find("style=\"fill:#ffffff;pointer-events:none\">0.25</text>") != std::string::npos);
  CHECK(text.find("fill=\"#808080\"><title>c</title>") != std::string::npos);
  CHECK(text.find(">nan<") == std::string::npos);
  CHECK(xml_fault(draw(matrix).document()) == "");
  matrix.rows.resize(30);
  matrix.values.resize(60, 0.5);
  matrix.tooltips.clear();
  CHECK(draw(matrix).fragment().find(">0.50<") == std::string::npos);
}
