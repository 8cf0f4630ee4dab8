#include <doctest/doctest.h>

#include "support/pairwise.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

constexpr const char* kName = "kernel-dimension-reduction";

double relu_loss(const std::string& device, const Settings& settings, const PairwiseBatch& batch) {
  return pairwise(device, *make<Kernel>("relu"), *make<Loss>(kName, settings), batch).loss;
}

/// Of five points in the plane, of classes 0, 0, 1, 1, 2.
double loss_with_unknown_pairs(const std::vector<std::pair<std::size_t, std::size_t>>& unknown) {
  const std::vector<double> labels = {0, 0, 1, 1, 2};
  std::vector<double> same(25), different(25), self(25);
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 5; ++j) (i == j ? self : labels[i] == labels[j] ? same : different)[5 * i + j] = 1;
  for (const auto& [i, j] : unknown)
    for (const std::size_t k : {5 * i + j, 5 * j + i}) same[k] = different[k] = 0;
  Graph graph;
  Builder b(graph, Mode::training, DataType::f64);
  const Value x = b.constant({5, 2}, {1, 0, 3, 4, 0, 2, 4, 3, 1, 1});
  const PairMasks pairs = {b.constant({5, 5}, same), b.constant({5, 5}, different), b.constant({5, 5}, self)};
  const Value gram = make<Kernel>("relu")->gram(b, x);
  graph.add_output("loss", make<Loss>(kName, {{"epsilon", "1e-2"}})->emit(b, {gram, pairs, {}, {0, 1}}));
  return evaluate(*device("reference"), graph, {}).at("loss").front();
}

/// Of 64 images of three classes with five features, every eighth unlabelled; of their Gram matrix alone where
/// `hidden`.
Outcome loss_of_few_features(bool hidden) {
  std::vector<double> labels;
  for (int i = 0; i < 64; ++i) labels.push_back(i % 8 == 7 ? -1 : i % 3);
  Graph graph;
  Builder b(graph, Mode::training, DataType::f64);
  const Value x = b.weight("x", {64, 5}, Initializer::constant(0));
  const Value gram = make<Kernel>("tanh")->gram(b, x);
  const LossInput input{hidden ? b.multiply(gram, 1.0) : gram, constant_masks(b, labels), {}, {-1, 1}};
  const Value loss = make<Loss>(kName, {{"epsilon", "1e-2"}})->emit(b, input);
  graph.add_output("loss", loss);
  graph.add_output("gradient", gradients(graph, loss, {x})[0]);
  const Tensors results = evaluate(*device("reference"), graph, {{"x", normal_values(64 * 5, 1)}});
  return {results.at("loss").front(), results.at("gradient")};
}

}  // namespace

TEST_CASE("loss kernel-dimension-reduction: few features give what their Gram matrix gives") {
  const Outcome few = loss_of_few_features(false), all = loss_of_few_features(true);
  CHECK(few.loss == doctest::Approx(all.loss).epsilon(1e-6));
  CHECK(few.loss != all.loss);  // they are not computed alike
  for (std::size_t i = 0; i < all.gradient.size(); ++i)
    CHECK(few.gradient[i] == doctest::Approx(all.gradient[i]).epsilon(1e-5));
}

TEST_CASE("loss kernel-dimension-reduction: objectives of three points") {
  for (const std::string& device : devices()) {
    CAPTURE(device);
    CHECK(gaussian_objective(device, kName) == Rounded{-1.2274});
    CHECK(tanh_objective(device, kName) == Rounded{-0.3931});
    CHECK(gaussian_objective(device, kName, {{"epsilon", "0.1"}}) == Rounded{-1.1039});
    CHECK(tanh_objective(device, kName, {{"epsilon", "0.1"}}) == Rounded{-0.5555});
  }
}

// Expected values: the definition with the inverse by elimination, in another language.
TEST_CASE("loss kernel-dimension-reduction: unknown pairs count as the mean of the known ones") {
  CHECK(loss_with_unknown_pairs({}) == doctest::Approx(1.292739368903352).epsilon(1e-9));
  CHECK(loss_with_unknown_pairs({{0, 2}, {1, 4}}) == doctest::Approx(1.314348389132384).epsilon(1e-9));
}

TEST_CASE("loss kernel-dimension-reduction: gradient agrees with central differences") {
  CHECK(check_pairwise_gradient(kName) == "");
  CHECK(check_pairwise_gradient(kName, {{"epsilon", "1e-4"}}) == "");
  CHECK(check_pairwise_gradient(kName, {{"epsilon", "1"}}) == "");
}

TEST_CASE("loss kernel-dimension-reduction: finite with finite gradients on degenerate batches") {
  CHECK(check_degenerate_batches(kName) == "");
  CHECK(check_degenerate_batches(kName, {{"epsilon", "1e-4"}}) == "");
}

TEST_CASE("loss kernel-dimension-reduction: pairs with an unlabelled image count nothing") {
  CHECK(check_unknown_pairs(kName) == "");
}

// Of two classes of two images, K/n has the eigenvalue 1/2 for the classes, which leaves e / (1/2 + e) of them, and
// 0 for the other two directions; of random classes (e / (1/2 + e) + 2) / 3 is left.
TEST_CASE("loss kernel-dimension-reduction: chance, the ideal matrix and nothing to explain") {
  for (const std::string& device : devices())
    for (const double e : {1e-4, 1e-2, 1.0}) {
      CAPTURE(device);
      CAPTURE(e);
      const Settings settings = {{"epsilon", std::to_string(e)}};
      const std::vector<double> dead(8, -1.0), ideal = {1, 0, 1, 0, 0, 1, 0, 1};
      CHECK(relu_loss(device, settings, {dead, 2, {0, 0, 1, 1}}) == doctest::Approx(1).epsilon(1e-5));
      CHECK(relu_loss(device, settings, {ideal, 2, {0, 0, 1, 1}}) ==
            doctest::Approx(3 * e / (1 + 3 * e)).epsilon(1e-4));
      CHECK(relu_loss(device, settings, {ideal, 2, {0, 0, 0, 0}}) == 0);
      CHECK(relu_loss(device, settings, {ideal, 2, {-1, -1, -1, -1}}) == 0);
    }
}
