#include <doctest/doctest.h>
#include <zlib.h>

#include "support/make.h"
#include "support/scratch.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

std::string big_endian(std::vector<std::uint32_t> words) {
  std::string bytes;
  for (const std::uint32_t word : words)
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(word >> shift & 0xff));
  return bytes;
}

/// Images whose pixels count up from 0.
std::string images(std::uint32_t count, std::uint32_t height = 2, std::uint32_t width = 3) {
  std::string bytes = big_endian({0x803, count, height, width});
  for (std::uint32_t i = 0; i < count * height * width; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

std::string labels(const std::vector<int>& values) {
  std::string bytes = big_endian({0x801, static_cast<std::uint32_t>(values.size())});
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

/// A good data set: three training images of three classes and two test images.
struct Files {
  Scratch scratch;
  Files() {
    scratch.write("set/train-images-idx3-ubyte", images(3));
    scratch.write_gzip("set/train-labels-idx1-ubyte.gz", labels({2, 0, 1}));
    scratch.write_gzip("set/t10k-images-idx3-ubyte.gz", images(2));
    scratch.write("set/t10k-labels-idx1-ubyte", labels({1, 1}));
  }
  std::shared_ptr<Dataset> open(Settings settings = {}) const {
    settings["path"] = (scratch.path() / "set").string();
    return make<Dataset>("idx", settings);
  }
  std::string message(const Settings& settings = {}) const {
    return scratch.anonymous(message_of([&] { open(settings); }));
  }
};

struct Sums {
  std::uint64_t pixels = 0;
  unsigned long crc = 0;
};

Sums sums_of(const Records& records, const ImageFormat& format) {
  Sums sums;
  for (std::int64_t i = 0; i < records.size(); ++i) {
    const std::uint8_t* const image = records.image(i);
    for (std::int64_t k = 0; k < format.bytes(); ++k) sums.pixels += image[k];
    sums.crc = crc32(sums.crc, image, static_cast<unsigned>(format.bytes()));
  }
  return sums;
}

}  // namespace

TEST_CASE("dataset idx: reads plain and gzipped files") {
  const Files files;
  const std::shared_ptr<Dataset> data = files.open();
  CHECK(data->format() == ImageFormat{1, 2, 3});
  CHECK(data->classes() == std::vector<std::string>{"0", "1", "2"});
  const Records train = data->records(Split::train), test = data->records(Split::test);
  REQUIRE(train.size() == 3);
  REQUIRE(test.size() == 2);
  CHECK(std::vector<std::int32_t>(train.labels.begin(), train.labels.end()) == std::vector<std::int32_t>{2, 0, 1});
  CHECK(train.image(2)[0] == 12);
  CHECK(test.image(1)[5] == 11);
  CHECK(test.labels[1] == 1);
}

TEST_CASE("dataset idx: Fashion-MNIST, found by name in the system's data folders") {
  const std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";
  REQUIRE_MESSAGE(std::filesystem::exists(folder), "install package dataset-fashion-mnist");
  const Registry registry(SearchPaths{{GRAMSTACK_TEST_PLUGINS}, {folder.parent_path()}});
  const std::shared_ptr<Dataset> data = make<Dataset>(registry, "idx", {{"name", "fashion-mnist"}});
  CHECK(data->format() == ImageFormat{1, 28, 28});
  CHECK(data->classes() == std::vector<std::string>{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal",
                                                    "Shirt", "Sneaker", "Bag", "Ankle boot"});
  const Records train = data->records(Split::train), test = data->records(Split::test);
  REQUIRE(train.size() == 60000);
  REQUIRE(test.size() == 10000);
  CHECK(std::vector<std::int32_t>(train.labels.begin(), train.labels.begin() + 10) ==
        std::vector<std::int32_t>{9, 0, 0, 3, 0, 2, 7, 2, 5, 5});
  const Sums sums = sums_of(train, data->format());
  CHECK(sums.pixels == 3431114169u);  // mean 0.2860 of 255
  CHECK(sums.crc == 0xae65dccdu);
  CHECK(sums_of(test, data->format()).crc == 0x12728439u);
}

TEST_CASE("dataset idx: classes may be more than the labels show") {
  CHECK(Files().open({{"class_count", "5"}})->classes() == std::vector<std::string>{"0", "1", "2", "3", "4"});
}

TEST_CASE("dataset idx: a folder or a file that is missing") {
  const Files files;
  const std::filesystem::path folder = files.scratch.path() / "set";
  std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set: holds neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte.gz");
  std::filesystem::remove_all(folder);
  CHECK(files.message() == "data: dataset 'idx': DIR/set: no such file or folder");
}

TEST_CASE("dataset idx: a name that is not found tells where it was looked for") {
  const Scratch scratch;
  scratch.write("a/other/file", "");
  scratch.write("b/other/file", "");
  const auto message = [&](const std::vector<std::filesystem::path>& folders, const Settings& settings) {
    const Registry registry(SearchPaths{{GRAMSTACK_TEST_PLUGINS}, folders});
    return scratch.anonymous(message_of([&] { make<Dataset>(registry, "idx", settings); }));
  };
  CHECK(message({scratch.path() / "a", scratch.path() / "b"}, {{"name", "mnist"}}) ==
        "data: dataset 'idx': no data set mnist found; searched DIR/a and DIR/b; set path, --data-path or "
        "GRAMSTACK_DATA");
  CHECK(message({}, {{"name", "mnist"}}) ==
        "data: dataset 'idx': no data set mnist found; there is no data folder to search; set path, --data-path or "
        "GRAMSTACK_DATA");
  CHECK(message({}, {{"name", "../mnist"}}) ==
        "parameter name: '../mnist' is not the name of a folder within a data folder; use path");
  CHECK(message({}, {{"name", "mnist"}, {"path", "/x"}}) == "parameter path: give name or path, not both");
  CHECK(message({}, {}) == "parameter name: give the data set's name, or its path");
}

TEST_CASE("dataset idx: headers that are wrong") {
  const Files files;
  files.scratch.write("set/train-images-idx3-ubyte", labels({1, 2, 3, 4, 5, 6, 7, 8}));
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/train-images-idx3-ubyte: magic number is 0x00000801, expected 0x00000803 "
        "(unsigned bytes, 3 "
        "extents)");
  files.scratch.write("set/train-images-idx3-ubyte", "");
  CHECK(files.message() == "data: dataset 'idx': DIR/set/train-images-idx3-ubyte: the file is empty");
  files.scratch.write("set/train-images-idx3-ubyte", images(3).substr(0, 11));
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/train-images-idx3-ubyte: holds 11 bytes, fewer than the 16 of its header");
  files.scratch.write("set/train-images-idx3-ubyte", images(0));
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/train-images-idx3-ubyte: its header promises 0 images of 2x3: nothing to read");
  files.scratch.write("set/train-images-idx3-ubyte", big_endian({0x803, 0xffffffff, 0xffffffff, 0xffffffff}));
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/train-images-idx3-ubyte: its header promises 4294967295 images of "
        "4294967295x4294967295, more "
        "than any file holds");
}

TEST_CASE("dataset idx: files that are shorter or longer than their header promises") {
  const Files files;
  files.scratch.write("set/train-images-idx3-ubyte", images(3).substr(0, 30));
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/train-images-idx3-ubyte: its header promises 3 images of 2x3, 34 bytes in all, "
        "but the file "
        "holds 30");
  files.scratch.write("set/train-images-idx3-ubyte", images(3) + "x");
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/train-images-idx3-ubyte: holds more than the 34 bytes of the 3 images of 2x3 "
        "that its header "
        "promises");
  files.scratch.write("set/train-images-idx3-ubyte", images(3));
  files.scratch.write_gzip("set/train-labels-idx1-ubyte.gz", labels({2, 0, 1}) + "xyz");
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/train-labels-idx1-ubyte.gz: holds more than the 11 bytes of the 3 labels that "
        "its header "
        "promises");
  files.scratch.write_gzip("set/train-labels-idx1-ubyte.gz", labels({2, 0, 1}).substr(0, 10));
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/train-labels-idx1-ubyte.gz: its header promises 3 labels, 11 bytes in all, but "
        "the file holds "
        "10");
}

TEST_CASE("dataset idx: gzip files that are truncated, damaged or none") {
  const Files files;
  const std::filesystem::path file = files.scratch.path() / "set/t10k-images-idx3-ubyte.gz";
  const std::string good = read_bytes(file);
  REQUIRE(good.size() > 20);
  files.scratch.write("set/t10k-images-idx3-ubyte.gz", good.substr(0, good.size() - 9));
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/t10k-images-idx3-ubyte.gz: truncated: the gzip stream ends early");
  std::string damaged = good;
  damaged[good.size() - 6] = static_cast<char>(damaged[good.size() - 6] ^ 1);  // of the checksum
  files.scratch.write("set/t10k-images-idx3-ubyte.gz", damaged);
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/t10k-images-idx3-ubyte.gz: damaged gzip stream: incorrect "
        "data check");
  files.scratch.write("set/t10k-images-idx3-ubyte.gz", images(2));
  CHECK(files.message() == "data: dataset 'idx': DIR/set/t10k-images-idx3-ubyte.gz: not a gzip file");
}

TEST_CASE("dataset idx: files that do not go together") {
  const Files files;
  files.scratch.write_gzip("set/train-labels-idx1-ubyte.gz", labels({2, 0}));
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/train-images-idx3-ubyte holds 3 images, but DIR/set/train-labels-idx1-ubyte.gz "
        "holds 2 labels");
  files.scratch.write_gzip("set/train-labels-idx1-ubyte.gz", labels({2, 0, 1}));
  files.scratch.write_gzip("set/t10k-images-idx3-ubyte.gz", images(2, 3, 3));
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/t10k-images-idx3-ubyte.gz holds images of 3x3, but "
        "DIR/set/train-images-idx3-ubyte of 2x3");
}

TEST_CASE("dataset idx: labels outside the classes") {
  const Files files;
  CHECK(files.message({{"class_count", "2"}}) ==
        "data: dataset 'idx': DIR/set/train-labels-idx1-ubyte.gz: label 2 of image 0 is outside 0..1 of 2 classes");
  files.scratch.write("set/t10k-labels-idx1-ubyte", labels({1, 3}));
  CHECK(files.message() ==
        "data: dataset 'idx': DIR/set/t10k-labels-idx1-ubyte: label 3 of image 1 is outside 0..2 of 3 classes");
}
