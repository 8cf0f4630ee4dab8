#include "training/average.h"

namespace gramstack {

std::string average_of(const std::string& parameter) { return parameter + "/average"; }

// In step t the average keeps min(decay, (t - 1) / t) of itself: what it held before the first step counts nothing.
void emit_averages(Builder& b, const std::vector<Update>& updates, double decay, Value step) {
  const Value even = b.divide(b.subtract(step, 1.0), step);
  const Value kept = b.negate(b.maximum(b.negate(even), -decay));
  const Value taken = b.subtract(b.constant(1), kept);
  for (const Update& update : updates) {
    const Parameter parameter = *b.graph().find_parameter(update.parameter);
    if (parameter.role == Role::slot) continue;
    const Value slot = b.slot(average_of(parameter.name), b.shape(update.parameter));
    b.update(slot, b.add(slot, b.multiply(b.subtract(update.value, slot), taken)));
  }
}

}  // namespace gramstack
