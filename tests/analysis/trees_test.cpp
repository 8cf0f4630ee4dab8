#include <doctest/doctest.h>

#include <cmath>

#include "chart/dendrogram.h"
#include "chart/heat_map.h"

using namespace gramstack::analysis;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("analysis: a heat map has a coloured number for every finite value") {
  HeatMap map{"values", "of two by two", "module", "task", {"a", "b<"}, {"c", "d"}, {{0, 0.5}, {1, std::nan("")}}};
  const std::string svg = draw(map).fragment();
  CHECK(count(svg, "<rect") >= 4);
  for (const char* number : {">0.00<", ">0.50<", ">1.00<"}) CHECK(count(svg, number) == 1);
  CHECK(count(svg, ">nan<") == 0);
  CHECK(svg.find("module b&lt;, task c: 1.0000") != std::string::npos);
  map.values = {{2, 2}, {2, 2}};
  CHECK(count(draw(map).fragment(), ">2.00<") == 4);
}

TEST_CASE("analysis: a dendrogram has a bracket for every merge") {
  const Dendrogram tree{"tree", "of three", "distance", {"x", "y", "z"}, {{0, 2, 1, 2}, {1, 3, 4, 3}}};
  const std::string svg = draw(tree).fragment();
  CHECK(count(svg, "class=\"curve\"") == 2);
  // Merge 3 is that of x and z, in the places 1 and 2 below y.
  CHECK(svg.find(">y<") != std::string::npos);
  CHECK(count(draw(Dendrogram{"tree", "of one", "distance", {"x"}, {}}).fragment(), "class=\"curve\"") == 0);
}
