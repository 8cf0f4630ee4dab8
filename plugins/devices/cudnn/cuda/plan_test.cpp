// What of the plan can be seen without a GPU: memory of the host, messages, choices of engines.
#include <doctest/doctest.h>

#include <numeric>

#include "api/builder.h"
#include "cuda/choices.h"
#include "cuda/memory.h"
#include "cuda/plan.h"
#include "support/scratch_folder.h"

namespace gramstack::cudnn {
namespace {

TEST_CASE("cudnn: numbers of a parameter are turned to channels last and back") {
  std::vector<std::uint8_t> plain(2 * 3 * 2 * 2), turned(plain.size()), back(plain.size());
  std::iota(plain.begin(), plain.end(), std::uint8_t{0});
  to_channels_last({2, 3, 2, 2}, 1, std::as_bytes(std::span(plain)).data(),
                   std::as_writable_bytes(std::span(turned)).data());
  CHECK(turned == std::vector<std::uint8_t>{0,  4,  8,  1,  5,  9,  2,  6,  10, 3,  7,  11,  //
                                            12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23});
  from_channels_last({2, 3, 2, 2}, 1, std::as_bytes(std::span(turned)).data(),
                     std::as_writable_bytes(std::span(back)).data());
  CHECK(back == plain);
}

/// y = tanh(x w), x of 1000 rows.
Compiled product() {
  Graph graph;
  Builder b(graph, Mode::inference);
  const Value x = b.input("x", {DataType::f32, {1000, 1024}});
  const Builder::Scope scope = b.scope("layer");
  const Value w = b.weight("w", {1024, 4096}, Initializer::constant(0));
  graph.add_output("y", b.tanh(b.matmul(x, w)));
  return compile(graph, {}, {});
}

TEST_CASE("cudnn: too little memory names the largest tensor, the plan's total and a batch that fits") {
  CHECK(memory_complaint(product(), 1 << 20, 30 << 20) ==
        "device cudnn: the GPU has too little memory: the step needs 36.5 MiB (19.9 MiB of parameters and inputs, "
        "15.6 MiB of activations, 1.0 MiB of workspace), and 30.0 MiB are free\n"
        "  the largest tensor is that of \"layer/w\", f32[1024,4096], with 16.0 MiB\n"
        "  try batch: 576");
  CHECK(memory_complaint(product(), 1 << 20, 10 << 20).ends_with("\n  take a smaller model or a larger GPU"));
  CHECK(size_text(std::size_t{3} << 29) == "1.50 GiB");
}

TEST_CASE("cudnn: choices of engines are kept on disk; a broken file is an empty one") {
  const test::ScratchFolder folder;
  Choices choices(folder / "engines");
  CHECK_FALSE(choices.find("a convolution x[1,2]"));
  choices.set("a convolution x[1,2]", 3);
  choices.set("another", 0);
  CHECK(Choices(folder / "engines").find("a convolution x[1,2]") == 3);
  CHECK(Choices(folder / "engines").find("another") == 0);
  CHECK_FALSE(Choices(folder / "engines").find("a convolution"));
  CHECK_FALSE(Choices(folder.path()).find("another"));
}

}  // namespace
}  // namespace gramstack::cudnn
