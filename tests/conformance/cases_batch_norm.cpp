#include "cases.h"

namespace gramstack::conformance {
namespace {

const Shape kShapes[] = {{2, 1},       {5, 3},       {7, 16},       {16, 17},      {33, 8},       {1, 3, 4, 4},
                         {2, 5, 3, 3}, {3, 8, 5, 5}, {2, 16, 7, 7}, {2, 17, 4, 4}, {4, 32, 8, 8}, {1, 1, 1, 2}};

Case training(const Shape& shape, double epsilon) {
  Case made = op_case("batch_norm", {real(shape), real({shape[1]}), real({shape[1]})}, {{"epsilon", epsilon}});
  made.tolerance.noise = 2e-7;  // dx is what remains of three terms
  return made;
}

/// A mean far from zero beside a small deviation: sums of squares would lose all digits.
Case far_from_zero() {
  Case made;
  made.name = "batch_norm [8,3,4,4] far from zero";
  made.build = [](CaseBuilder& builder) {
    Builder& b = builder.builder();
    const Value x = b.add(builder.argument({8, 3, 4, 4}), 100.0);
    const Value shift = builder.argument({3}), scale = builder.argument({3});
    builder.result(b.batch_norm(x, scale, shift, 1e-5).output);
  };
  made.tolerance = {1e-4, 1e-5};  // f32 holds x to 4e-6 only
  return made;
}

/// A channel with one element has variance 0; the output is the shift, and nothing flows back to x.
Case one_element(const Shape& shape) {
  Case made = noted(training(shape, 1e-3), "one element a channel");
  made.tolerance.noise = 1e-5;
  return made;
}

/// As residual networks use it: normalise, add, relu.
Case with_add_and_relu(const Shape& shape, std::int64_t stride, bool add) {
  Case made;
  made.name = "conv2d of " + to_string(shape) + " stride=" + std::to_string(stride) + ", batch_norm" +
              (add ? ", add" : "") + ", relu";
  made.build = [=](CaseBuilder& builder) {
    Builder& b = builder.builder();
    const std::int64_t channels = shape[1];
    const Value x = builder.argument(shape);
    const Value y = b.conv2d(x, builder.argument({channels, channels, 3, 3}), {3, stride, 1});
    const Value shift = builder.argument({channels}), scale = builder.argument({channels});
    const Normalized normal = b.batch_norm(y, scale, shift, 1e-5);
    builder.result(b.relu(add ? b.add(normal.output, x) : normal.output));
    builder.output(normal.mean);
    builder.output(normal.variance);
  };
  made.tolerance = {2e-5, 1e-6};
  return made;
}

/// Frozen: a convolution, a normalisation with given statistics, and what stands behind it.
struct Frozen {
  Shape x;
  std::int64_t filters, size, stride;
  bool add, relu;
};

Case frozen(const Frozen& f) {
  Case made;
  made.name = "conv2d [" + std::to_string(f.filters) + "," + std::to_string(f.size) + "] of " + to_string(f.x) +
              " stride=" + std::to_string(f.stride) + ", batch_norm_inference" + (f.add ? ", add" : "") +
              (f.relu ? ", relu" : "");
  made.build = [f](CaseBuilder& builder) {
    Builder& b = builder.builder();
    const Value x = builder.input(f.x), w = builder.input(Shape{f.filters, f.x[1], f.size, f.size});
    const Shape channels = {f.filters};
    const Value scale = builder.input(channels), shift = builder.input(channels), mean = builder.input(channels);
    Value y = b.conv2d(x, w, {f.size, f.stride, f.size / 2});
    y = b.batch_norm_inference(y, scale, shift, mean, builder.input(channels, positive), 1e-3);
    if (f.add) y = b.add(y, builder.input(b.shape(y)));
    builder.output(f.relu ? b.relu(y) : y);
  };
  made.backward = false;
  made.tolerance = {1e-5, 1e-6};
  return made;
}

void add_frozen(Cases& cases) {
  for (const bool add : {false, true})
    for (const bool relu : {false, true})
      for (const Frozen& f : {Frozen{{3, 32, 7, 5}, 32, 3, 1, add, relu}, Frozen{{2, 32, 8, 8}, 64, 3, 2, add, relu},
                              Frozen{{2, 16, 6, 6}, 24, 1, 2, add, relu}, Frozen{{2, 3, 9, 9}, 17, 5, 1, add, relu}})
        cases.push_back(frozen(f));
}

void add_inference(Cases& cases) {
  for (const Shape& shape :
       {Shape{1, 1}, Shape{5, 3}, Shape{4, 16}, Shape{2, 5, 3, 3}, Shape{1, 16, 7, 7}, Shape{2, 17, 4, 4}}) {
    Case made;
    made.name = "batch_norm_inference " + to_string(shape);
    made.build = [shape](CaseBuilder& builder) {
      const Shape channels = {shape[1]};
      const Value x = builder.argument(shape);
      const Value scale = builder.argument(channels);
      const Value shift = builder.argument(channels);
      const Value mean = builder.input(channels);
      const Value variance = builder.input(channels, positive);
      builder.result(builder.builder().batch_norm_inference(x, scale, shift, mean, variance, 1e-3));
    };
    cases.push_back(std::move(made));
  }
}

}  // namespace

Cases batch_norm_cases() {
  Cases cases;
  for (const Shape& shape : kShapes) cases.push_back(training(shape, 1e-5));
  cases.push_back(training({4, 8, 3, 3}, 0.5));
  cases.push_back(one_element({1, 5}));
  cases.push_back(one_element({1, 16, 1, 1}));
  cases.push_back(far_from_zero());
  for (const bool add : {false, true})
    for (const Shape& shape : {Shape{3, 16, 6, 6}, Shape{3, 32, 8, 8}, Shape{13, 32, 4, 4}, Shape{2, 32, 8, 6}})
      cases.push_back(with_add_and_relu(shape, 1, add));
  for (const Shape& shape : {Shape{3, 32, 8, 8}, Shape{11, 32, 7, 7}})
    cases.push_back(with_add_and_relu(shape, 2, false));
  add_inference(cases);
  add_frozen(cases);
  return cases;
}

}  // namespace gramstack::conformance
