#include <doctest/doctest.h>

#include "support/backbone_check.h"

using namespace gramstack;
using namespace gramstack::test;

TEST_CASE("backbone lenet5: shapes and parameters") {
  const std::shared_ptr<Backbone> lenet = make<Backbone>("lenet5");
  CHECK(summarize(*lenet, {4, 1, 28, 28}).output == Shape{4, 84});
  CHECK(summarize(*lenet, {4, 1, 28, 28}, 10).output == Shape{4, 10});
  CHECK(summarize(*lenet, {4, 1, 28, 28}, 10).weights == 61706);
  CHECK(summarize(*lenet, {4, 1, 32, 32}, 10).weights == 61706);
  CHECK(summarize(*lenet, {4, 3, 32, 32}, 10).weights == 62006);
  CHECK(parameter_names(*lenet, {4, 1, 28, 28}, 10) ==
        "conv1/weight conv1/bias conv2/weight conv2/bias fc1/weight fc1/bias fc2/weight fc2/bias fc3/weight fc3/bias");
}

TEST_CASE("backbone lenet5: says which images it takes") {
  const std::shared_ptr<Backbone> lenet = make<Backbone>("lenet5");
  CHECK(message_of([&] {
          summarize(*lenet, {4, 1, 30, 30});
        }) == "configuration: backbone lenet5 wants images [n,channels,28,28] or [n,channels,32,32], got [4,1,30,30]");
  CHECK(message_of([&] {
          summarize(*lenet, {4, 784});
        }) == "configuration: backbone lenet5 wants images [n,channels,28,28] or [n,channels,32,32], got [4,784]");
}

TEST_CASE("backbone lenet5: gradient agrees with central differences") {
  CHECK(check_backbone_gradient(*make<Backbone>("lenet5"), {2, 1, 28, 28}) == "");
  CHECK(check_backbone_gradient(*make<Backbone>("lenet5"), {1, 2, 32, 32}, 3) == "");
}

TEST_CASE("backbone lenet5: can be cut after every layer") {
  const std::shared_ptr<Backbone> lenet = make<Backbone>("lenet5");
  CHECK(lenet->cuts() == std::vector<std::string>{"conv1", "conv2", "fc1", "fc2"});
  CHECK(check_sections(*lenet, {2, 1, 28, 28}) == "");
  CHECK(check_sections(*lenet, {2, 1, 28, 28}, 10) == "");
  CHECK(message_of([&] {
          Graph graph;
          Builder b(graph, Mode::training);
          lenet->emit(b, b.input("x", {DataType::f32, {2, 6}}), Section(lenet->cuts(), "conv1", "conv2", {}));
        }) == "configuration: backbone lenet5 wants maps [n,channels,height,width] after a convolution, got [2,6]");
}
