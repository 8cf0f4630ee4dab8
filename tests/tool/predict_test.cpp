// predict: every image format, colour and size.
#include <doctest/doctest.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#include <stb/stb_image_write.h>

#include <nlohmann/json.hpp>

#include "api/error.h"
#include "image.h"
#include "process.h"
#include "tiny.h"

using namespace gramstack::test;
using gramstack::Error;
using gramstack::ExitCode;
using gramstack::ImageFormat;
using gramstack::tool::read_image;

namespace {

const std::vector<std::uint8_t> kGrey = {0, 50, 100, 150, 200, 250};                   // 3 wide, 2 high
const std::vector<std::uint8_t> kColour = {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9};  // 2 by 2: red green blue dark

void check_fails(const std::filesystem::path& file, const ImageFormat& format, const std::string& message) {
  try {
    read_image(file, format);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::data);
    CHECK(error.what() == file.string() + ": " + message);
  }
}

}  // namespace

TEST_CASE("tool: images are read as planes") {
  const TemporaryFolder folder;
  const std::string png = folder.path() / "grey.png", pgm = folder.path() / "grey.pgm",
                    colour = folder.path() / "colour.png", ppm = folder.path() / "colour.ppm";
  REQUIRE(stbi_write_png(png.c_str(), 3, 2, 1, kGrey.data(), 0) != 0);
  write_text(pgm, "P5\n3 2\n255\n" + std::string(kGrey.begin(), kGrey.end()));
  REQUIRE(stbi_write_png(colour.c_str(), 2, 2, 3, kColour.data(), 0) != 0);
  write_text(ppm, "P6\n2 2\n255\n" + std::string(kColour.begin(), kColour.end()));

  CHECK(read_image(png, {1, 2, 3}) == kGrey);
  CHECK(read_image(pgm, {1, 2, 3}) == kGrey);
  const std::vector<std::uint8_t> planes = {255, 0, 0, 9, 0, 255, 0, 9, 0, 0, 255, 9};
  CHECK(read_image(colour, {3, 2, 2}) == planes);
  CHECK(read_image(ppm, {3, 2, 2}) == planes);
}

TEST_CASE("tool: grey images fill three channels, colour becomes grey") {
  const TemporaryFolder folder;
  const std::string grey = folder.path() / "grey.png", colour = folder.path() / "colour.png";
  REQUIRE(stbi_write_png(grey.c_str(), 3, 2, 1, kGrey.data(), 0) != 0);
  REQUIRE(stbi_write_png(colour.c_str(), 2, 2, 3, kColour.data(), 0) != 0);
  std::vector<std::uint8_t> threefold;
  for (int i = 0; i < 3; ++i) threefold.insert(threefold.end(), kGrey.begin(), kGrey.end());
  CHECK(read_image(grey, {3, 2, 3}) == threefold);
  CHECK(read_image(colour, {1, 2, 2}) == std::vector<std::uint8_t>{76, 149, 28, 9});
}

TEST_CASE("tool: a JPEG is read") {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "flat.jpg";
  const std::vector<std::uint8_t> flat(8 * 8, 100);
  REQUIRE(stbi_write_jpg(file.c_str(), 8, 8, 1, flat.data(), 95) != 0);
  for (const std::uint8_t pixel : read_image(file, {1, 8, 8})) CHECK(pixel == doctest::Approx(100).epsilon(0.02));
}

TEST_CASE("tool: images that cannot be used") {
  const TemporaryFolder folder;
  const std::filesystem::path none = folder.path() / "none.png", text = folder.path() / "text.png",
                              wide = folder.path() / "wide.pgm";
  write_text(text, "no image");
  write_text(wide, "P5\n3 2\n255\n" + std::string(kGrey.begin(), kGrey.end()));
  check_fails(none, {1, 2, 3}, "No such file or directory");
  check_fails(text, {1, 2, 3},
              "not a PNG, JPEG, PGM or PPM image that can be read (Image not of any known type, or corrupt)");
  check_fails(wide, {1, 28, 28}, "is 3 pixels wide and 2 high; the stack takes 28 by 28");
  check_fails(wide, {2, 2, 3}, "the stack takes images of 2 channels; image files have 1 or 3");
  write_text(wide, "P5\n# a comment\n3 2\n255\nabcde");
  check_fails(wide, {1, 2, 3}, "not a PNG, JPEG, PGM or PPM image that can be read (it ends too early)");
  write_text(wide, "P5\n# a comment\n3 2\n255\nabcdef");
  CHECK(read_image(wide, {1, 2, 3}) == std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'});
  check_fails(folder.path(), {1, 2, 3}, "Is a directory");
}

TEST_CASE("tool: predict names the class of image files") {
  const TemporaryFolder folder;
  const std::string file = write_tiny(folder.path(), 5).string(), run = folder.path() / "run";
  REQUIRE(run_tool({"run", file, "--out", run, "-q"}).code == 0);
  std::vector<std::string> arguments = {"predict", run};
  for (std::uint32_t i = 0; i < kTinyClasses; ++i) {
    arguments.push_back(folder.path() / (std::to_string(i) + ".png"));
    REQUIRE(stbi_write_png(arguments.back().c_str(), kTinySide, kTinySide, 1, tiny_image(1000 + i).data(), 0) != 0);
  }
  const Outcome words = run_tool(arguments);
  REQUIRE(words.code == 0);
  CHECK(words.out.find(arguments[2] + "\t0\t0=") == 0);
  CHECK(words.out.find("\n" + arguments[5] + "\t3\t0=") != std::string::npos);

  arguments.push_back("--json");
  const nlohmann::json document = nlohmann::json::parse(run_tool(arguments).out);
  REQUIRE(document.size() == kTinyClasses);
  for (std::size_t i = 0; i < document.size(); ++i) {
    CHECK(document[i]["class"] == std::to_string(i));
    CHECK(document[i]["label"] == i);
    CHECK(document[i]["scores"].size() == kTinyClasses);
  }
}
