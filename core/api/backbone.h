// Backbone: the trainable layers of a module.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/builder.h"

namespace gramstack {

/// What of a backbone is emitted: all of it, or the layers between two of its cut points. A section begins after the
/// nonlinearity that follows one point, which is the kernel of the module below, and ends before that of the other.
class Section {
 public:
  Section(std::nullopt_t = std::nullopt) {}                            ///< all layers of a hidden module
  Section(std::int64_t classes) : classes_(classes) {}                 ///< all layers of an output module
  Section(std::optional<std::int64_t> classes) : classes_(classes) {}  ///< either
  /// From after `after` ("": the input) to `to` ("": the end); both are of `cuts`.
  Section(std::vector<std::string> cuts, std::string after, std::string to, std::optional<std::int64_t> classes)
      : cuts_(std::move(cuts)), after_(std::move(after)), to_(std::move(to)), classes_(classes) {}

  /// Of the scores that it ends in; none: it ends in a pre-activation.
  std::optional<std::int64_t> classes() const { return classes_; }
  /// Whether it has the layers that end at this cut point.
  bool holds(std::string_view cut) const {
    return (after_.empty() || position(cut) > position(after_)) && (to_.empty() || position(cut) <= position(to_));
  }
  /// Whether it begins at this cut point: its input has been through the nonlinearity there.
  bool follows(std::string_view cut) const { return after_ == cut; }

 private:
  std::size_t position(std::string_view cut) const {
    std::size_t i = 0;
    while (i < cuts_.size() && cuts_[i] != cut) ++i;
    return i;
  }

  std::vector<std::string> cuts_;
  std::string after_, to_;
  std::optional<std::int64_t> classes_;
};

/// [any-thread] after construction: emit() does not change the object.
class Backbone {
 public:
  virtual ~Backbone() = default;

  /// Names of the points at which it can be cut, from the input on; each is followed by a nonlinearity, and the last
  /// one is the end of a hidden module. None: it cannot be cut, and is only asked for all its layers.
  virtual std::vector<std::string> cuts() const { return {}; }

  /// Emits the layers of `section` on `input`, [n,d] or [n,c,h,w], and returns the module's output.
  /// Hidden module (no classes): the PRE-activation [n,d] or [n,c,h,w] that ends before the last nonlinearity; the
  /// module's kernel is that nonlinearity. Output module: scores [n,classes] of the whole network.
  /// Parameters are named by what they are ("conv1/weight"), whatever the section; the caller's scope makes them
  /// unique.
  virtual Value emit(Builder& builder, Value input, const Section& section) const = 0;
};

}  // namespace gramstack
