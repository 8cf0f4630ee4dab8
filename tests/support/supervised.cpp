#include "support/supervised.h"

namespace gramstack::test {

Scores two_images() { return {{1.0, 2.0, -0.5, 0.3, -1.2, 0.8}, 3, {1, 0}}; }

Outcome supervised(const std::string& device_name, const Loss& loss, const Scores& scores) {
  const std::int64_t n = static_cast<std::int64_t>(scores.labels.size());
  Graph graph;
  Builder b(graph, Mode::training, real_of(device_name));
  const Value prediction = b.weight("scores", {n, scores.classes}, Initializer::constant(0));
  const Value one_hot = b.one_hot(b.input("labels", {DataType::i32, {n}}), scores.classes);
  const Value value = loss.emit(b, {prediction, {}, one_hot, {}});
  graph.add_output("loss", value);
  graph.add_output("gradient", gradients(graph, value, {prediction}).front());
  const Tensors results = evaluate(*device(device_name), graph, {{"scores", scores.values}, {"labels", scores.labels}});
  return {results.at("loss").front(), results.at("gradient")};
}

std::string check_supervised_gradient(const std::string& loss_name, const Settings& settings) {
  const std::shared_ptr<Loss> loss = make<Loss>(loss_name, settings);
  return check_gradients({.shapes = {{3, 4}}}, [&](Builder& b, const std::vector<Value>& scores) {
    const Value one_hot = b.constant({3, 4}, {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    return loss->emit(b, {scores[0], {}, one_hot, {}});
  });
}

}  // namespace gramstack::test
