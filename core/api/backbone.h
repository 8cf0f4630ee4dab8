// Backbone: the trainable layers of a module.
#pragma once

#include <cstdint>
#include <optional>

#include "api/builder.h"

namespace gramstack {

/// [any-thread] after construction: emit() does not change the object.
class Backbone {
 public:
  virtual ~Backbone() = default;

  /// Emits the layers on `input`, [n,d] or [n,c,h,w], and returns the module's output.
  /// Hidden module (no classes): the PRE-activation [n,d] or [n,c,h,w] that ends before the last nonlinearity; the
  /// module's kernel is that nonlinearity. Output module: scores [n,classes] of the whole network.
  /// Parameters are named by what they are ("conv1/weight"); the caller's scope makes them unique.
  virtual Value emit(Builder& builder, Value input, std::optional<std::int64_t> classes) const = 0;
};

}  // namespace gramstack
