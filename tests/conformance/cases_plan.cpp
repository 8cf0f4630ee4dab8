// What a plan does around its ops.
#include "cases.h"

namespace gramstack::conformance {
namespace {

Case made_of(const std::string& name, void (*build)(CaseBuilder&)) {
  Case made;
  made.name = name;
  made.build = build;
  return made;
}

void outputs_without_an_op(CaseBuilder& builder) {
  const Value x = builder.input(Shape{2, 16, 3, 3});
  const Value w = builder.argument({3, 5});
  builder.output(x);
  builder.output(w);
  builder.output(builder.input({DataType::u8, {5}}, {0, 1, 128, 254, 255}));
  builder.output(builder.labels({-2147483648.0, -1, 0, 2147483647.0}));
}

void one_value_twice(CaseBuilder& builder) {
  const Value y = builder.builder().exp(builder.input(Shape{3, 5}));
  builder.output(y);
  builder.output(y);
  builder.output(builder.builder().reshape(y, {15}));
}

/// An intermediate tensor is read again long after its first use: its memory must not be given away.
void late_reader(CaseBuilder& builder) {
  Builder& b = builder.builder();
  const Value early = b.tanh(builder.argument({4, 16, 5, 5}));
  Value x = early;
  for (int i = 0; i < 6; ++i) x = b.add(b.multiply(x, 0.5), 0.25);
  builder.result(b.multiply(x, early));
}

void swapped_parameters(CaseBuilder& builder) {
  const Value a = builder.argument({2, 3});
  const Value b = builder.argument({2, 3});
  builder.builder().update(a, b);
  builder.builder().update(b, a);
  builder.output(builder.builder().subtract(a, b));
}

/// Outputs are computed before updates are applied.
void output_of_an_updated_parameter(CaseBuilder& builder) {
  Builder& b = builder.builder();
  const Value a = builder.argument({5});
  builder.output(a);
  builder.output(b.reshape(a, {1, 5}));
  b.update(a, b.multiply(a, -2.0));
}

/// One parameter is replaced by what another's new value is made of.
void chained_updates(CaseBuilder& builder) {
  Builder& b = builder.builder();
  const Value velocity = builder.argument({3, 5});
  const Value weight = builder.argument({3, 5});
  const Value pull = b.multiply(weight, 0.1);
  const Value next = b.add(b.multiply(velocity, 0.9), pull);
  b.update(velocity, next);
  b.update(weight, b.subtract(weight, b.multiply(next, 0.1)));
}

void update_by_an_input(CaseBuilder& builder) {
  const Value a = builder.argument({3});
  builder.builder().update(a, builder.input(Shape{3}));
  builder.output(builder.builder().add(a, 1.0));
}

void inputs_nobody_reads(CaseBuilder& builder) {
  builder.input(Shape{7});
  builder.argument({2, 2});
  const Value unused = builder.builder().exp(builder.input(Shape{3}));
  builder.builder().negate(unused);
  builder.output(builder.builder().square(builder.input(Shape{3})));
}

}  // namespace

Cases plan_cases() {
  Cases cases = {made_of("outputs that are inputs and parameters", outputs_without_an_op),
                 made_of("one value as three outputs", one_value_twice),
                 made_of("an early value read late", late_reader),
                 made_of("inputs, parameters and nodes that nothing reads", inputs_nobody_reads)};
  const Cases updating = {made_of("two parameters swap their values", swapped_parameters),
                          made_of("an output is a parameter before its update", output_of_an_updated_parameter),
                          made_of("an update that uses another's new value", chained_updates),
                          made_of("a parameter takes an input", update_by_an_input)};
  for (Case subject : updating) {
    subject.steps = 3;
    cases.push_back(std::move(subject));
  }
  return cases;
}

}  // namespace gramstack::conformance
