// Optimizer: emits the update of one parameter. Schedules are the core's: the learning rate is an input of the step.
#pragma once

#include <string>

#include "api/builder.h"

namespace gramstack {

struct Descent {
  std::string name;  ///< of the parameter; slots are made under the scope "name"
  Value parameter;
  Value gradient;       ///< same type as parameter
  Value learning_rate;  ///< scalar: base rate times the schedule's factor
  Value step;           ///< scalar: 1 in the module's first step, then 2, 3, ...
};

/// [any-thread] after construction.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  virtual double learning_rate() const = 0;  ///< the base rate, `lr` in YAML
  /// Returns the parameter's new value; emits the updates of its own slots (builder.slot, builder.update).
  virtual Value emit(Builder& builder, const Descent& descent) const = 0;
};

}  // namespace gramstack
