#include "cases.h"

namespace gramstack::conformance {
namespace {

struct Convolution {
  Shape x;  ///< [n,c,h,w]
  std::int64_t channels, size, stride, padding;
};

const Convolution kConvolutions[] = {
    // 1x1
    {{1, 1, 1, 1}, 1, 1, 1, 0},
    {{2, 3, 5, 7}, 4, 1, 1, 0},
    {{2, 16, 7, 7}, 17, 1, 1, 0},
    {{3, 8, 7, 9}, 16, 1, 2, 0},
    {{2, 17, 8, 8}, 5, 1, 2, 0},
    {{3, 32, 7, 9}, 16, 1, 1, 0},
    {{2, 16, 33, 17}, 48, 1, 2, 0},
    {{2, 16, 8, 7}, 16, 1, 3, 0},
    // 3x3, stride 1
    {{1, 1, 3, 3}, 1, 3, 1, 0},
    {{1, 1, 5, 4}, 3, 3, 1, 1},
    {{2, 3, 7, 7}, 4, 3, 1, 1},
    {{1, 5, 6, 9}, 8, 3, 1, 0},
    {{3, 8, 5, 5}, 17, 3, 1, 1},
    {{2, 16, 8, 8}, 16, 3, 1, 1},
    {{1, 16, 7, 5}, 16, 3, 1, 1},
    {{2, 17, 6, 6}, 16, 3, 1, 1},
    {{3, 32, 9, 10}, 48, 3, 1, 1},
    {{1, 64, 4, 4}, 32, 3, 1, 1},
    {{2, 16, 1, 1}, 16, 3, 1, 1},
    {{2, 32, 11, 11}, 32, 3, 1, 0},
    {{2, 16, 6, 6}, 16, 3, 1, 2},
    {{4, 3, 16, 16}, 16, 3, 1, 1},
    // 3x3, stride 2 and 3
    {{1, 1, 5, 5}, 3, 3, 2, 1},
    {{2, 3, 7, 9}, 5, 3, 2, 1},
    {{2, 16, 9, 9}, 32, 3, 2, 1},
    {{2, 16, 8, 8}, 32, 3, 2, 1},
    {{1, 8, 11, 8}, 16, 3, 3, 0},
    // 5x5, 7x7, even sizes
    {{1, 1, 5, 5}, 1, 5, 1, 0},
    {{2, 1, 12, 12}, 6, 5, 1, 2},
    {{2, 6, 14, 14}, 16, 5, 1, 0},
    {{1, 3, 13, 11}, 8, 5, 2, 2},
    {{1, 3, 15, 15}, 16, 7, 2, 3},
    {{2, 5, 6, 6}, 3, 2, 1, 0},
    {{2, 5, 6, 7}, 8, 2, 2, 1},
    {{1, 16, 8, 8}, 16, 4, 4, 0},
    // few channels and filters
    {{2, 4, 3, 3}, 4, 1, 1, 0},
    {{2, 3, 9, 25}, 9, 2, 1, 1},
    {{3, 7, 9, 13}, 12, 5, 1, 2},
    {{2, 2, 4, 30}, 5, 7, 1, 3},
    {{2, 7, 11, 9}, 15, 6, 2, 3},
};

Case convolution(const Convolution& c, bool bias) {
  std::vector<Operand> operands = {real(c.x), real({c.channels, c.x[1], c.size, c.size})};
  if (bias) operands.push_back(real({c.channels}));
  return op_case("conv2d", operands, {{"stride", c.stride}, {"padding", c.padding}});
}

/// Two convolutions that read one tensor: its gradient is a sum, and a layout chosen for one serves the other.
Case two_readers() {
  Case made;
  made.name = "two convolutions of one input";
  made.build = [](CaseBuilder& builder) {
    Builder& b = builder.builder();
    const Value x = b.tanh(builder.argument({2, 16, 7, 7}));
    const Value large = b.conv2d(x, builder.argument({16, 16, 3, 3}), {3, 2, 1});
    const Value small = b.conv2d(x, builder.argument({16, 16, 1, 1}), {1, 2, 0});
    builder.result(b.add(large, small));
    builder.output(x);
  };
  return made;
}

Case activated(const std::string& name, Value (Builder::*activation)(Value)) {
  Case made;
  made.name = "conv2d, bias, " + name + ", conv2d";
  made.build = [activation](CaseBuilder& builder) {
    Builder& b = builder.builder();
    const Value bias = builder.argument({16}), weights = builder.argument({16, 3, 3, 3});
    const Value first = b.conv2d(builder.argument({2, 3, 9, 9}), weights, {3, 1, 1}, bias);
    const Value hidden = (b.*activation)(first);
    builder.result(b.conv2d(hidden, builder.argument({16, 16, 3, 3}), {3, 1, 1}));
  };
  return made;
}

}  // namespace

Cases convolution_cases() {
  Cases cases;
  for (const Convolution& c : kConvolutions)
    for (const bool bias : {false, true}) cases.push_back(convolution(c, bias));
  cases.push_back(two_readers());
  cases.push_back(activated("relu", &Builder::relu));
  cases.push_back(activated("tanh", &Builder::tanh));
  cases.push_back(activated("sigmoid", &Builder::sigmoid));
  return cases;
}

}  // namespace gramstack::conformance
