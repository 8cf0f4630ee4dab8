#include "training/clip.h"

namespace gramstack {

std::vector<Value> clipped(Builder& b, const std::vector<Value>& gradients, double norm) {
  const Builder::Scope scope = b.scope("clip");
  Value square;
  for (const Value gradient : gradients) {
    const Value part = b.sum(b.square(gradient));
    square = square ? b.add(square, part) : part;
  }
  const Value length = b.maximum(b.sqrt(square), norm);
  const Value kept = b.divide(b.constant(norm), length);
  std::vector<Value> shortened;
  for (const Value gradient : gradients) shortened.push_back(b.multiply(gradient, kept));
  return shortened;
}

}  // namespace gramstack
