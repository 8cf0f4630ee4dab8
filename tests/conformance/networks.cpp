// Small networks, whole steps: forward, gradients, updates.
#include "cases.h"

namespace gramstack::conformance {
namespace {

Value cross_entropy(Builder& b, Value scores, Value one_hot) {
  const Value right = b.sum(b.multiply(scores, one_hot), {1});
  return b.mean(b.subtract(b.logsumexp(scores, {1}), right));
}

/// Mean squared distance of a Gram matrix from 1 for pairs of one class and 0 for others.
Value pair_loss(Builder& b, Value gram, const PairMasks& pairs) {
  const Value known = b.add(pairs.same, pairs.different);
  const Value error = b.multiply(b.subtract(gram, pairs.same), known);
  const Value count = b.maximum(b.sum(known), 1.0);
  return b.divide(b.sum(b.square(error)), count);
}

Value augmented_images(CaseBuilder& builder, const Shape& shape, std::int64_t padding) {
  Builder& b = builder.builder();
  const Value pictures = builder.input({DataType::u8, shape}, pixels(elements(shape), 5));
  std::vector<double> moves;
  for (std::int64_t i = 0; i < 3 * shape[0]; ++i)
    moves.push_back(static_cast<double>(i % 3 == 2 ? i % 2 : i % (2 * padding + 1)));
  const Value offsets = builder.input({DataType::i32, {shape[0], 3}}, moves);
  const std::vector<double> mean(static_cast<std::size_t>(shape[1]), 0.45);
  const std::vector<double> deviation(static_cast<std::size_t>(shape[1]), 0.25);
  return b.normalize_images(b.crop_flip(pictures, offsets, padding), mean, deviation);
}

void lenet(CaseBuilder& builder) {
  Builder& b = builder.builder();
  Value x = augmented_images(builder, {4, 1, 28, 28}, 2);
  x = b.max_pool(b.relu(b.conv2d_layer("conv1", x, 6, {5, 1, 2}, true)), {2, 2, 0});
  x = b.max_pool(b.relu(b.conv2d_layer("conv2", x, 16, {5, 1, 0}, true)), {2, 2, 0});
  x = b.relu(b.linear_layer("fc1", b.flatten(x), 120));
  x = b.relu(b.linear_layer("fc2", x, 84));
  const Value scores = b.linear_layer("fc3", x, 10);
  builder.output(scores);
  builder.loss(cross_entropy(b, scores, b.one_hot(builder.labels({3, 0, 9, 3}), 10)));
}

Value residual_block(Builder& b, Value x, std::int64_t channels, std::int64_t stride) {
  Value y = b.relu(b.batch_norm_layer("bn1", b.conv2d_layer("conv1", x, channels, {3, stride, 1}, false)));
  y = b.batch_norm_layer("bn2", b.conv2d_layer("conv2", y, channels, {3, 1, 1}, false));
  const bool same = stride == 1 && b.shape(x)[1] == channels;
  return b.add(y, same ? x : b.batch_norm_layer("bn", b.conv2d_layer("down", x, channels, {1, stride, 0}, false)));
}

/// Two residual blocks, a unit-normalised kernel, a pairwise loss; running statistics are updates.
void residual_network(CaseBuilder& builder) {
  Builder& b = builder.builder();
  Value x = augmented_images(builder, {6, 3, 9, 9}, 2);
  x = b.relu(b.batch_norm_layer("bn", b.conv2d_layer("stem", x, 16, {3, 1, 1}, false)));
  {
    const Builder::Scope scope = b.scope("block1");
    x = b.relu(residual_block(b, x, 16, 1));
  }
  {
    const Builder::Scope scope = b.scope("block2");
    x = residual_block(b, x, 32, 2);
  }
  builder.output(x);
  const Value features = b.unit_normalize(b.flatten(b.average_pool(b.relu(x), {5, 1, 0})));
  const Value gram = b.gram(features);
  builder.output(gram);
  builder.loss(pair_loss(b, gram, b.pair_masks(builder.labels({0, 1, 0, 2, 1, -1}))));
}

void frozen_network(CaseBuilder& builder) {
  builder.builder().set_mode(Mode::inference);
  residual_network(builder);
}

Value mlp_loss(CaseBuilder& builder) {
  Builder& b = builder.builder();
  Value x = builder.input(Shape{8, 20});
  x = b.tanh(b.linear_layer("hidden1", x, 33));
  x = b.relu(b.batch_norm_layer("bn", b.linear_layer("hidden2", x, 16)));
  x = b.sigmoid(b.linear_layer("hidden3", x, 16, false));
  const Value truth = b.one_hot(builder.labels({0, 1, 2, 3, 4, 0, 1, 2}), 5);
  return cross_entropy(b, b.linear_layer("scores", x, 5), truth);
}

struct Trained {
  std::string name;
  Value parameter, gradient;
};

std::vector<Trained> trained(Builder& b, Value loss) {
  std::vector<Trained> all;
  std::vector<Value> weights;
  for (const Parameter& parameter : b.graph().parameters())
    if (parameter.role == Role::weight) {
      all.push_back({parameter.name, parameter.value, {}});
      weights.push_back(parameter.value);
    }
  const std::vector<Value> found = gradients(b.graph(), loss, weights);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].gradient = found[i];
  return all;
}

/// Momentum 0.9, weight decay, learning rate as an input.
void mlp_with_momentum(CaseBuilder& builder) {
  Builder& b = builder.builder();
  const Value loss = mlp_loss(builder);
  builder.output(loss);
  const Value rate = builder.input({b.real(), {}}, {0.05});
  for (const Trained& t : trained(b, loss)) {
    const Value decayed = b.add(t.gradient, b.multiply(t.parameter, 1e-3));
    const Value velocity = b.slot(t.name + "/velocity", b.shape(t.parameter));
    const Value next = b.add(b.multiply(velocity, 0.9), decayed);
    b.update(velocity, next);
    b.update(t.parameter, b.subtract(t.parameter, b.multiply(rate, next)));
  }
}

/// First and second moments, a square root and a division in the update.
void mlp_with_moments(CaseBuilder& builder) {
  Builder& b = builder.builder();
  const Value loss = mlp_loss(builder);
  builder.output(loss);
  for (const Trained& t : trained(b, loss)) {
    const Value first = b.slot(t.name + "/first", b.shape(t.parameter));
    const Value second = b.slot(t.name + "/second", b.shape(t.parameter));
    const Value taken = b.multiply(t.gradient, 0.1), mean = b.add(b.multiply(first, 0.9), taken);
    const Value squared = b.multiply(b.square(t.gradient), 0.01), square = b.add(b.multiply(second, 0.99), squared);
    b.update(first, mean);
    b.update(second, square);
    b.update(t.parameter, b.subtract(t.parameter, b.multiply(b.divide(mean, b.add(b.sqrt(square), 1e-3)), 0.01)));
  }
}

Case network(const std::string& name, void (*build)(CaseBuilder&), const Tolerance& tolerance) {
  Case made;
  made.name = name;
  made.build = build;
  made.tolerance = tolerance;
  return made;
}

}  // namespace

Cases network_cases() {
  Cases cases = {network("lenet, cross-entropy", lenet, {1e-4, 1e-8}),
                 network("residual network, pairwise loss", residual_network, {2e-4, 1e-7}),
                 network("residual network in inference mode", frozen_network, {1e-4, 1e-8}),
                 network("mlp, three steps of sgd with momentum", mlp_with_momentum, {1e-4, 1e-7}),
                 network("mlp, three steps with two moments", mlp_with_moments, {1e-3, 1e-6})};
  for (std::size_t i = 3; i < cases.size(); ++i) {
    cases[i].steps = 3;
    cases[i].backward = false;
  }
  cases[1].steps = 2;
  return cases;
}

}  // namespace gramstack::conformance
