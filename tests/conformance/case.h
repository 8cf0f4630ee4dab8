// A case of the conformance suite: what is computed, and how near to the reference device another device must come.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/builder.h"
#include "compare.h"
#include "support/evaluate.h"

namespace gramstack::conformance {

/// Makes the numbers of a tensor: element count and seed.
using Fill = std::vector<double> (*)(std::int64_t count, std::uint64_t seed);

std::vector<double> normal(std::int64_t count, std::uint64_t seed);
std::vector<double> positive(std::int64_t count, std::uint64_t seed);  ///< at least 0.5
std::vector<double> pixels(std::int64_t count, std::uint64_t seed);    ///< whole numbers in [0, 255]

/// A case with its graph built and its numbers drawn.
struct Program {
  Graph graph;
  test::Tensors feeds;            ///< every input and every parameter
  std::size_t forward_nodes = 0;  ///< nodes that stood before gradients were added
  Value loss;                     ///< scalar; no Value: the case has none
  std::vector<Value> arguments;   ///< what the loss is differentiated by; none: it is not. Gradients: outputs "d NAME"
};

/// What a case builds its graph with.
class CaseBuilder {
 public:
  CaseBuilder(Program& program, DataType real) : program_(program), builder_(program.graph, Mode::training, real) {}

  Builder& builder() { return builder_; }
  /// A parameter that gradients are taken with respect to. The first is "a0", then "a1", ...
  Value argument(Shape shape, Fill fill = normal);
  Value argument(Shape shape, std::vector<double> values);
  /// A tensor without a gradient: "i0", "i1", ...
  Value input(TensorType type, std::vector<double> values);
  Value input(Shape shape, Fill fill = normal);
  Value labels(std::vector<double> values);
  /// A tensor to compare: output "y0", "y1", ...
  void output(Value value);
  /// A tensor to compare and to differentiate: the loss is the sum of all results, weighted by random numbers.
  void result(Value value);
  /// A scalar to compare and to differentiate.
  void loss(Value value);

 private:
  friend Program build(const struct Case& subject, DataType real);
  void add_gradients();
  void fill_parameters();
  std::string next(const char* letter, int& count) { return letter + std::to_string(count++); }
  std::uint64_t next_seed() { return ++seed_; }

  Program& program_;
  Builder builder_;
  Value loss_;
  int arguments_ = 0, inputs_ = 0, outputs_ = 0;
  std::uint64_t seed_ = 1;
};

/// A device, and why a case is different on it.
struct DeviceNote {
  std::string device, reason;
};

struct Case {
  std::string name;  ///< unique: "conv2d [2,3,7,7] [4,3,3,3] padding=1 stride=2"
  std::function<void(CaseBuilder&)> build;
  bool backward = true;  ///< compare gradients as well; weights added by layers are arguments too
  Tolerance tolerance;
  bool smooth = true;  ///< gradients are limits of differences here, not conventions (at ties, at zero rows)
  bool flat = false;   ///< all gradients are zero here, up to rounding
  int steps = 1;       ///< runs of the plan, compared after each
  std::string skip;    ///< why the case is left out everywhere; "": it is not
  std::vector<DeviceNote> unsupported;       ///< the device must decline it, for good
  std::vector<DeviceNote> expected_failure;  ///< the device must fail it, for now
};

/// REQUIRES: real is f32 or f64.
Program build(const Case& subject, DataType real = DataType::f32);

using Cases = std::vector<Case>;

/// One tensor that an op is applied to.
struct Operand {
  TensorType type;  ///< real ones are f32 or f64 as the program is, and arguments
  Fill fill = normal;
  std::vector<double> values;  ///< if not empty: these
};
Operand real(Shape shape, Fill fill = normal);
Operand given(Shape shape, std::vector<double> values);
Operand labels(std::vector<double> values);
Operand offsets(std::vector<double> values);  ///< i32 [n,3]
Operand images(Shape shape);

/// One op applied to operands, named by itself. Differentiated if the op is.
Case op_case(const std::string& op, const std::vector<Operand>& operands, const Attributes& attributes = {});

/// The case with words added to its name.
Case noted(Case subject, const std::string& note);

}  // namespace gramstack::conformance
