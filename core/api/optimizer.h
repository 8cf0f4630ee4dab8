// Optimizer: emits the update of one parameter. Schedules are the core's: the learning rate is an input of the step.
#pragma once

#include <string>

#include "api/builder.h"

namespace gramstack {

struct Descent {
  std::string name;  ///< of the parameter; slots are made under the scope "name"
  Value parameter;
  Value gradient;       ///< same type as parameter
  Value learning_rate;  ///< scalar: base rate times the schedule's factor and the parameter's own
  Value step;           ///< scalar: 1 in the module's first step, then 2, 3, ...
  bool decay = true;    ///< whether weight decay applies to the parameter
};

/// What an optimizer is given of `weight`; `rate` is that of all weights.
inline Descent descent_of(Builder& builder, const Parameter& weight, Value gradient, Value rate, Value step) {
  const double factor = weight.treatment.rate;
  return {weight.name, weight.value,          gradient, factor == 1 ? rate : builder.multiply(rate, factor),
          step,        weight.treatment.decay};
}

/// [any-thread] after construction.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  virtual double learning_rate() const = 0;  ///< the base rate, `lr` in YAML
  /// Returns the parameter's new value; emits the updates of its own slots (builder.slot, builder.update).
  virtual Value emit(Builder& builder, const Descent& descent) const = 0;
};

}  // namespace gramstack
