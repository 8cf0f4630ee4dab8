#include <doctest/doctest.h>

#include <filesystem>

#include "support/make.h"
#include "support/scratch.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

namespace fs = std::filesystem;

/// One CIFAR-10 record a label; every pixel is `first` plus the record's index.
std::string records(const std::vector<int>& labels, int first) {
  std::string bytes;
  for (const int label : labels) bytes += static_cast<char>(label) + std::string(3072, static_cast<char>(first++));
  return bytes;
}

std::vector<std::pair<std::string, std::string>> cifar10_files() {
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = 1; i <= 5; ++i)
    files.emplace_back("data_batch_" + std::to_string(i) + ".bin", records({i, 9 - i}, 10 * i));
  files.emplace_back("test_batch.bin", records({3, 0, 9}, 100));
  files.emplace_back("batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
  return files;
}

struct Folder {
  Scratch scratch;
  Folder() {
    for (const auto& [name, bytes] : cifar10_files()) scratch.write("set/" + name, bytes);
  }
  std::shared_ptr<Dataset> open(Settings settings = {}) const {
    settings["path"] = (scratch.path() / "set").string();
    return make<Dataset>("cifar", settings);
  }
  std::string message(const Settings& settings = {}) const {
    return scratch.anonymous(message_of([&] { open(settings); }));
  }
};

void check_cifar10(const Dataset& data) {
  CHECK(data.format() == ImageFormat{3, 32, 32});
  REQUIRE(data.classes().size() == 10);
  CHECK(data.classes()[9] == "truck");
  const Records train = data.records(Split::train), test = data.records(Split::test);
  CHECK(std::vector<std::int32_t>(train.labels.begin(), train.labels.end()) ==
        std::vector<std::int32_t>{1, 8, 2, 7, 3, 6, 4, 5, 5, 4});
  CHECK(std::vector<std::int32_t>(test.labels.begin(), test.labels.end()) == std::vector<std::int32_t>{3, 0, 9});
  CHECK(train.image(0)[0] == 10);
  CHECK(train.image(0)[3071] == 10);
  CHECK(train.image(3)[0] == 21);
  CHECK(train.image(9)[3071] == 51);
  CHECK(test.image(2)[3071] == 102);
}

}  // namespace

TEST_CASE("dataset cifar: reads a folder") {
  const Folder folder;
  check_cifar10(*folder.open());
  fs::remove(folder.scratch.path() / "set/batches.meta.txt");
  CHECK(folder.open()->classes() == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
}

TEST_CASE("dataset cifar: reads an archive without unpacking it") {
  const Scratch scratch;
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& [name, bytes] : cifar10_files()) files.emplace_back("cifar-10-batches-bin/" + name, bytes);
  files.emplace_back("cifar-10-batches-bin/readme.html", "more");
  const fs::path archive = scratch.write_archive("sets/cifar-10-binary.tar.gz", files);
  check_cifar10(*make<Dataset>("cifar", {{"path", archive.string()}}));
  check_cifar10(*make<Dataset>("cifar", {{"path", (scratch.path() / "sets").string()}}));
  const Registry registry(SearchPaths{{GRAMSTACK_TEST_PLUGINS}, {scratch.path() / "sets"}});
  check_cifar10(*make<Dataset>(registry, "cifar"));
  CHECK(std::distance(fs::directory_iterator(scratch.path() / "sets"), {}) == 1);
}

TEST_CASE("dataset cifar: finds the official folder within a data folder") {
  const Folder folder;
  fs::rename(folder.scratch.path() / "set", folder.scratch.path() / "cifar-10-batches-bin");
  const Registry registry(SearchPaths{{GRAMSTACK_TEST_PLUGINS}, {folder.scratch.path()}});
  check_cifar10(*make<Dataset>(registry, "cifar"));
  CHECK(folder.scratch.anonymous(message_of([&] {
    make<Dataset>(registry, "cifar", {{"variant", "100"}});
  })) == "data: dataset 'cifar': no data set cifar-100-binary or cifar-100-binary.tar.gz found; searched DIR; set "
         "path, --data-path or "
         "GRAMSTACK_DATA");
}

TEST_CASE("dataset cifar: CIFAR-100 has its fine labels") {
  const Scratch scratch;
  const std::string pixels(3072, '\7');
  scratch.write("train.bin", std::string("\x02\x63", 2) + pixels + std::string("\x01\x00", 2) + pixels);
  scratch.write("test.bin", std::string("\x05\x2a", 2) + pixels);
  const std::shared_ptr<Dataset> data = make<Dataset>("cifar", {{"variant", "100"}, {"path", scratch.path().string()}});
  CHECK(data->classes().size() == 100);
  const Records train = data->records(Split::train);
  REQUIRE(train.size() == 2);
  CHECK(train.labels[0] == 99);
  CHECK(train.labels[1] == 0);
  CHECK(train.image(1)[0] == 7);
  CHECK(train.image(1)[3071] == 7);
  CHECK(data->records(Split::test).labels[0] == 42);
}

TEST_CASE("dataset cifar: files that are missing") {
  const Folder folder;
  fs::remove(folder.scratch.path() / "set/data_batch_2.bin");
  fs::remove(folder.scratch.path() / "set/test_batch.bin");
  CHECK(folder.message() ==
        "data: dataset 'cifar': DIR/set: lacks data_batch_2.bin and test_batch.bin of the binary version of CIFAR-10");
  CHECK(folder.message({{"variant", "20"}}) == "parameter variant: wants 10 or 100, got 20");
}

TEST_CASE("dataset cifar: files that are empty, cut off or have wrong labels") {
  const Folder folder;
  folder.scratch.write("set/data_batch_3.bin", "");
  CHECK(folder.message() == "data: dataset 'cifar': DIR/set/data_batch_3.bin: the file is empty");
  folder.scratch.write("set/data_batch_3.bin", records({1, 2}, 0).substr(0, 5000));
  CHECK(folder.message() ==
        "data: dataset 'cifar': DIR/set/data_batch_3.bin: holds 5000 bytes, which is not a multiple of the 3073 bytes "
        "of a record");
  folder.scratch.write("set/data_batch_3.bin", records({1, 10}, 0));
  CHECK(folder.message() ==
        "data: dataset 'cifar': DIR/set/data_batch_3.bin: label 10 of record 1 is outside 0..9 of 10 classes");
  folder.scratch.write("set/data_batch_3.bin", records({1}, 0));
  folder.scratch.write("set/batches.meta.txt", "cat\ndog\n");
  CHECK(folder.message() == "data: dataset 'cifar': DIR/set/batches.meta.txt: holds 2 class names, expected 10");
}

TEST_CASE("dataset cifar: archives that are no archives, damaged or incomplete") {
  const Scratch scratch;
  const auto message = [&](const fs::path& file) {
    return scratch.anonymous(message_of([&] { make<Dataset>("cifar", {{"path", file.string()}}); }));
  };
  CHECK(message(scratch.write("text.tar.gz", "no archive")) ==
        "data: dataset 'cifar': DIR/text.tar.gz: cannot be read as an archive: Unrecognized archive format");
  std::vector<std::pair<std::string, std::string>> files = cifar10_files();
  const std::string good = read_bytes(scratch.write_archive("good.tar.gz", files));
  CHECK(message(scratch.write("cut.tar.gz", good.substr(0, good.size() / 2))) ==
        "data: dataset 'cifar': DIR/cut.tar.gz: cannot be read as an archive: truncated gzip input");
  files.erase(files.begin());
  CHECK(message(scratch.write_archive("incomplete.tar.gz", files)) ==
        "data: dataset 'cifar': DIR/incomplete.tar.gz: lacks data_batch_1.bin of the binary version of CIFAR-10");
  files[0].second = records({77}, 0);
  files.emplace_back("data_batch_1.bin", records({1}, 0));
  CHECK(
      message(scratch.write_archive("label.tar.gz", files)) ==
      "data: dataset 'cifar': DIR/label.tar.gz: data_batch_2.bin: label 77 of record 0 is outside 0..9 of 10 classes");
}
