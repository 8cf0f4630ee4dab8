// The one place where what a component throws becomes the core's own Error.
#pragma once

#include <string_view>
#include <utility>

namespace gramstack {

/// Rethrows the exception in flight as an object of the core, its text copied: Error and BadParameter keep text and
/// code; std::bad_alloc becomes Error(resource), any other exception Error(plugin), both led by `place`. No object
/// whose code is in a plugin leaves it. Call from a catch block only.
[[noreturn]] void rethrow_as_own(std::string_view place);

/// Calls a component's method. `place` is what a message starts with: "loss 'huber' (mnist.yaml:12:5)".
template <class Function>
decltype(auto) across(std::string_view place, Function&& function) {
  try {
    return std::forward<Function>(function)();
  } catch (...) {
    rethrow_as_own(place);
  }
}

}  // namespace gramstack
