#include "store/module_file.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "store/files.h"
#include "store/sha256.h"
#include "support/scratch_folder.h"

using namespace gramstack;

namespace {

ModuleFile example() {
  ModuleFile module;
  module.module = "features";
  module.pipeline = "backbone: {type: lenet5}\n";
  module.kernel = "{type: relu}";
  module.parents = {"aa", "bb"};
  module.data = "cc";
  module.input = {1, 28, 28};
  module.output = {84};
  module.value_name = "objective";
  module.training_value = 0.1;
  module.validation_value = std::numeric_limits<double>::quiet_NaN();
  module.epochs = 3;
  module.best_epoch = 2;
  module.mean = {1.0 / 3};
  module.deviation = {0.3};
  HostTensor& weight = module.tensors["conv1/weight"];
  weight.type = {DataType::f32, {6, 1, 5, 5}};
  weight.bytes.resize(weight.type.bytes(), std::byte{1});
  return module;
}

std::string check_against(const std::map<std::string, TensorType>& wanted) {
  return test::failure_of([&] { check_tensors(example().tensors, wanted, "module file X"); });
}

}  // namespace

TEST_CASE("store: a module file is named by its bytes and read as it was written") {
  const test::ScratchFolder folder;
  const std::string hash = write_module_file(folder.path(), example());
  const std::filesystem::path file = module_path(folder.path(), hash);
  CHECK(sha256_of_file(file) == hash);
  CHECK(write_module_file(folder.path(), example()) == hash);
  const ModuleFile module = read_module_file(file), same = example();
  CHECK(module.module == same.module);
  CHECK(module.hidden);
  CHECK(module.pipeline == same.pipeline);
  CHECK(module.kernel == same.kernel);
  CHECK(module.parents == same.parents);
  CHECK(module.data == same.data);
  CHECK(module.input == same.input);
  CHECK(module.output == same.output);
  CHECK(module.value_name == same.value_name);
  CHECK(module.training_value == same.training_value);
  CHECK(std::isnan(module.validation_value));
  CHECK(module.epochs == same.epochs);
  CHECK(module.best_epoch == same.best_epoch);
  CHECK(module.mean == same.mean);
  CHECK(module.deviation == same.deviation);
  CHECK(module.tensors == same.tensors);
}

TEST_CASE("store: a flipped byte of a module file is found by its name") {
  const test::ScratchFolder folder;
  const std::string hash = write_module_file(folder.path(), example());
  const std::filesystem::path file = module_path(folder.path(), hash);
  std::vector<std::byte> bytes = read_file(file);
  bytes[bytes.size() - 1] ^= std::byte{4};
  write_atomically(file, bytes);
  CHECK(test::failure_of([&] { read_module_file(file); }) ==
        "6: module file " + file.string() + ": its bytes hash to " + sha256(bytes) + ", its name says " + hash +
            ": it was changed or damaged");
}

TEST_CASE("store: a module file under its right name that is none") {
  const test::ScratchFolder folder;
  const std::string text(10, 'x');
  const std::filesystem::path file = module_path(folder.path(), sha256(std::as_bytes(std::span(text))));
  write_atomically(file, text);
  CHECK(test::failure_of([&] { read_module_file(file); }) ==
        "6: module file " + file.string() + ": its header length is 8680820740569200760, at most 100000000 is allowed");
}

TEST_CASE("store: tensors that a pipeline does not want") {
  const TensorType right{DataType::f32, {6, 1, 5, 5}};
  CHECK(check_against({{"conv1/weight", right}}) == "");
  CHECK(check_against({{"conv1/weight", {DataType::f32, {6, 3, 5, 5}}}}) ==
        "6: module file X: weight 'conv1/weight' is [6,1,5,5], the pipeline wants [6,3,5,5]");
  CHECK(check_against({{"conv1/weight", {DataType::f64, {6, 1, 5, 5}}}}) ==
        "6: module file X: weight 'conv1/weight' is f32[6,1,5,5], the pipeline wants f64[6,1,5,5]");
  CHECK(check_against({{"conv1/weight", right}, {"conv1/bias", {DataType::f32, {6}}}}) ==
        "6: module file X: weight 'conv1/bias' is missing, the pipeline wants f32[6]");
  CHECK(check_against({}) == "6: module file X: weight 'conv1/weight' is unknown to the pipeline");
}
