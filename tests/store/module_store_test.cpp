#include "store/module_store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "store/feature_cache.h"
#include "store/files.h"
#include "store/sha256.h"
#include "support/scratch_folder.h"

using namespace gramstack;

namespace {

ModuleFile module_called(const std::string& name, std::vector<std::string> parents = {}) {
  ModuleFile module;
  module.module = name;
  module.pipeline = "module: " + name + "\n";
  module.parents = std::move(parents);
  module.data = "cc";
  module.input = {1, 8, 8};
  module.output = {4};
  module.value_name = "objective";
  HostTensor& weight = module.tensors["weight"];
  weight.type = {DataType::f32, {4}};
  weight.bytes.resize(weight.type.bytes(), std::byte{1});
  return module;
}

/// A store in a folder that does not exist yet, and modules to be put into it.
struct Shelf {
  test::ScratchFolder folder;
  ModuleStore store{folder.path() / "store"};

  std::string put(const ModuleFile& module, const std::string& stored = "2026-01-01T00:00:00Z") {
    std::filesystem::create_directories(folder.path() / "files");
    const std::string hash = write_module_file(folder.path() / "files", module);
    ModuleNote note;
    note.stored = stored;
    note.source = "a test";
    CHECK(store.put(module_path(folder.path() / "files", hash), note) == hash);
    return hash;
  }
  std::string named(const std::string& text) const { return test::replaced(text, folder.path().string(), "DIR"); }
  template <class Action>
  std::string failure(const Action& action) const {
    return named(test::failure_of(action));
  }
  /// "NAME: REASON" of what is removed.
  std::vector<std::string> collect(const CollectionOptions& options = {}) {
    std::vector<std::string> lines;
    for (const Garbage& item : store.collect_garbage(options))
      lines.push_back(item.file.filename().string() + ": " + item.reason);
    return lines;
  }
};

void flip_last_byte(const std::filesystem::path& file) {
  std::vector<std::byte> bytes = read_file(file);
  bytes.back() ^= std::byte{4};
  write_atomically(file, bytes);
}

void set_age(const std::filesystem::path& file, int days) {
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * days));
}

}  // namespace

TEST_CASE("store: what is put into a module store is found by any prefix of its hash") {
  Shelf shelf;
  const std::string hash = shelf.put(module_called("features"));
  CHECK(shelf.store.contains(hash));
  CHECK(shelf.store.find(hash.substr(0, 4)) == hash);
  CHECK(shelf.store.find(hash) == hash);
  std::string upper = hash.substr(0, 9);
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  CHECK(shelf.store.find(upper) == hash);
  CHECK(shelf.store.read(hash).tensors == module_called("features").tensors);
  const StoredModule stored = shelf.store.get(hash);
  CHECK(stored.module.module == "features");
  CHECK(stored.module.tensors.empty());
  CHECK(stored.note.stored == "2026-01-01T00:00:00Z");
  CHECK(stored.note.source == "a test");
  CHECK(stored.bytes == std::filesystem::file_size(stored.file));
}

TEST_CASE("store: a module store lists the newest module first") {
  Shelf shelf;
  const std::string old = shelf.put(module_called("a"), "2026-01-01T00:00:00Z");
  const std::string newest = shelf.put(module_called("b"), "2026-03-01T00:00:00Z");
  const std::string middle = shelf.put(module_called("c"), "2026-02-01T00:00:00Z");
  std::vector<std::string> order;
  for (const StoredModule& stored : shelf.store.list()) order.push_back(stored.hash);
  CHECK(order == std::vector<std::string>{newest, middle, old});
}

TEST_CASE("store: a prefix that finds nothing says what there is") {
  Shelf shelf;
  CHECK(shelf.failure([&] { shelf.store.find("abcd"); }) ==
        "6: module 'abcd': there is none; the module store DIR/store is empty");
  const std::string hash = shelf.put(module_called("features"));
  const std::string held = "the module store DIR/store holds " + hash.substr(0, 12) + " features";
  const std::string other = hash[0] == '0' ? "1111" : "0000";
  CHECK(shelf.failure([&] { shelf.store.find(other); }) == "6: module '" + other + "': there is none; " + held);
  CHECK(shelf.failure([&] { shelf.store.find("ab"); }) ==
        "6: module 'ab': at least 4 digits of a hash are needed; " + held);
  CHECK(shelf.failure([&] { shelf.store.find("features"); }) ==
        "6: module 'features': a hash has up to 64 of the digits 0-9 and a-f; " + held);
  CHECK(shelf.failure([&] { shelf.store.find(hash + "0"); }) ==
        "6: module '" + hash + "0': a hash has up to 64 of the digits 0-9 and a-f; " + held);
}

TEST_CASE("store: an ambiguous prefix lists its modules") {
  Shelf shelf;
  shelf.put(module_called("features"));
  const std::string a = "abcd" + std::string(60, '0'), b = "abcd" + std::string(60, '1');
  write_atomically(shelf.store.file(a), std::string_view("x"));
  write_atomically(shelf.store.file(b), std::string_view("x"));
  CHECK(shelf.failure([&] { shelf.store.find("abcd"); }) ==
        "6: module 'abcd': there are 2 of them in the module store DIR/store: abcd00000000 damaged, abcd11111111 "
        "damaged; give more digits");
  CHECK(shelf.store.find("abcd1") == b);
}

TEST_CASE("store: only undamaged module files are put into a module store") {
  Shelf shelf;
  const std::filesystem::path file = shelf.folder.path() / "notes.txt";
  write_atomically(file, std::string_view("hello, world"));
  CHECK(shelf.failure([&] { shelf.store.put(file, {}); }) ==
        "6: module file DIR/notes.txt: its header length is 8583909746840200552, at most 100000000 is allowed");
  CHECK(shelf.store.list().empty());
}

TEST_CASE("store: a damaged module is found out, and replaced when it is put again") {
  Shelf shelf;
  const std::string hash = shelf.put(module_called("features"));
  CHECK(shelf.store.defect(hash) == "");
  flip_last_byte(shelf.store.file(hash));
  CHECK(shelf.named(shelf.store.defect(hash))
            .find("module file DIR/store/" + hash + ".safetensors: its bytes hash to ") == 0);
  shelf.put(module_called("features"));
  CHECK(shelf.store.defect(hash) == "");
}

TEST_CASE("store: putting a module again keeps its first note") {
  Shelf shelf;
  const std::string hash = shelf.put(module_called("features"), "2026-01-01T00:00:00Z");
  shelf.put(module_called("features"), "2026-02-01T00:00:00Z");
  CHECK(shelf.store.get(hash).note.stored == "2026-01-01T00:00:00Z");
  ModuleNote note = shelf.store.get(hash).note;
  note.test_accuracy = 0.5;
  shelf.store.set_note(hash, note);
  CHECK(shelf.store.get(hash).note.test_accuracy == 0.5);
  CHECK_FALSE(shelf.store.get(hash).note.validation_accuracy.has_value());
}

TEST_CASE("store: a stack is read with all modules below it") {
  Shelf shelf;
  const std::string low = shelf.put(module_called("low"));
  const std::string high = shelf.put(module_called("high", {low}));
  const std::vector<StoredSource> stack = read_stack(shelf.store, high);
  REQUIRE(stack.size() == 2);
  CHECK(stack[0].hash == low);
  CHECK(stack[1].module.module == "high");
  std::filesystem::remove(shelf.store.file(low));
  CHECK(shelf.failure([&] { read_stack(shelf.store, high); }) == "6: module " + high.substr(0, 12) +
                                                                     " (high) stands on module " + low.substr(0, 12) +
                                                                     ", which the module store DIR/store lacks");
}

TEST_CASE("store: garbage is what is damaged and what belongs to it") {
  Shelf shelf;
  CHECK(shelf.collect().empty());
  const std::string good = shelf.put(module_called("good")), bad = shelf.put(module_called("bad"));
  shelf.store.put_recipe(std::string(64, 'a'), R"({"modules": [")" + good + R"("]})");
  shelf.store.put_recipe(std::string(64, 'b'), R"({"modules": [")" + bad + R"("]})");
  shelf.store.put_recipe(std::string(64, 'c'), "{");
  write_atomically(shelf.store.folder() / "x.1-2.tmp", std::string_view("half"));
  CHECK(shelf.collect() ==
        std::vector<std::string>{"x.1-2.tmp: left by an interrupted writer", std::string(64, 'c') + ".json: damaged"});
  flip_last_byte(shelf.store.file(bad));
  const std::vector<std::string> expected{bad + ".safetensors: damaged", bad + ".json: its module is gone",
                                          std::string(64, 'b') + ".json: its module is gone"};
  CHECK(shelf.collect({true, {}}) == expected);
  CHECK(shelf.store.hashes().size() == 2);
  CHECK(shelf.collect() == expected);
  CHECK(shelf.store.hashes() == std::vector<std::string>{good});
  CHECK(shelf.store.recipe(std::string(64, 'a')).has_value());
  CHECK_FALSE(shelf.store.recipe(std::string(64, 'b')).has_value());
  CHECK(shelf.collect().empty());
}

TEST_CASE("store: unused features are garbage on request, what an interrupted writer left of them always") {
  Shelf shelf;
  const FeatureCache cache(shelf.store.folder());
  cache.put("old", std::vector<float>{1});
  cache.put("new", std::vector<float>{1});
  set_age(shelf.store.folder() / "features/old", 20);
  write_atomically(shelf.store.folder() / "features/half.tmp", "");
  CHECK(shelf.collect({false, 10.0}) ==
        std::vector<std::string>{"half.tmp: left by an interrupted writer", "old: features, not used for 20 days"});
  CHECK(shelf.collect().empty());
  CHECK(cache.find("new").has_value());
}

TEST_CASE("store: unused modules are garbage on request, but not those that used ones stand on") {
  Shelf shelf;
  const std::string low = shelf.put(module_called("low")), lone = shelf.put(module_called("lone"));
  const std::string high = shelf.put(module_called("high", {low}));
  set_age(shelf.store.file(low), 20);
  set_age(shelf.store.file(lone), 20);
  set_age(shelf.store.file(high), 5);
  CHECK(shelf.collect().empty());
  CHECK(shelf.collect({false, 30.0}).empty());
  CHECK(shelf.collect({true, 10.0}) ==
        std::vector<std::string>{lone + ".safetensors: not used for 20 days", lone + ".json: its module is gone"});
  shelf.store.touch(lone);
  CHECK(shelf.collect({true, 10.0}).empty());
  CHECK(shelf.collect({false, 1.0}).size() == 4);  // low and high with their notes
  CHECK(shelf.store.hashes() == std::vector<std::string>{lone});
}

TEST_CASE("store: many writers of the same and of different modules leave whole files") {
  Shelf shelf;
  std::vector<std::string> hashes;
  std::filesystem::create_directories(shelf.folder.path() / "files");
  for (int i = 0; i < 4; ++i)
    hashes.push_back(write_module_file(shelf.folder.path() / "files", module_called("m" + std::to_string(i))));
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([&] {
      ModuleStore store(shelf.store.folder());
      for (int round = 0; round < 5; ++round)
        for (const std::string& hash : hashes) store.put(module_path(shelf.folder.path() / "files", hash), {});
    });
  for (int round = 0; round < 5; ++round) shelf.store.collect_garbage({});
  for (std::thread& writer : writers) writer.join();
  std::sort(hashes.begin(), hashes.end());
  CHECK(shelf.store.hashes() == hashes);
  for (const std::string& hash : hashes) CHECK(shelf.store.defect(hash) == "");
  CHECK(shelf.collect().empty());
}
