// What a plugin's source includes: the interfaces, parameter rows, checked arguments, and the export.
//
//   class Huber final : public gramstack::Loss { public: explicit Huber(const gramstack::Arguments& args); ... };
//   constexpr gramstack_param kHuber[] = {
//       gramstack::real("delta", "where the parabola turns into a line", "1.0", 0.0, gramstack::kOpen)};
//   constexpr gramstack_class kClasses[] = {
//       gramstack::describe<gramstack::Loss, Huber, kHuber>("huber", "quadratic near zero, linear far away")};
//   GRAMSTACK_PLUGIN("huber", "0.1.0", kClasses, 0u)
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "abi.h"
#include "api/backbone.h"
#include "api/builder.h"
#include "api/dataset.h"
#include "api/device.h"
#include "api/error.h"
#include "api/kernel.h"
#include "api/loss.h"
#include "api/optimizer.h"
#include "build_id.h"

namespace gramstack {

inline constexpr double kOpen = std::numeric_limits<double>::infinity();

// --- rows of a parameter table; fallback nullptr: required
constexpr gramstack_param boolean(const char* name, const char* doc, const char* fallback) {
  return {name, doc, "", fallback, nullptr, -kOpen, kOpen, GRAMSTACK_BOOL};
}
constexpr gramstack_param integer(const char* name, const char* doc, const char* fallback, double min = -kOpen,
                                  double max = kOpen, const char* unit = "") {
  return {name, doc, unit, fallback, nullptr, min, max, GRAMSTACK_INT};
}
constexpr gramstack_param real(const char* name, const char* doc, const char* fallback, double min = -kOpen,
                               double max = kOpen, const char* unit = "") {
  return {name, doc, unit, fallback, nullptr, min, max, GRAMSTACK_REAL};
}
constexpr gramstack_param text(const char* name, const char* doc, const char* fallback) {
  return {name, doc, "", fallback, nullptr, -kOpen, kOpen, GRAMSTACK_TEXT};
}
constexpr gramstack_param path(const char* name, const char* doc, const char* fallback) {
  return {name, doc, "", fallback, nullptr, -kOpen, kOpen, GRAMSTACK_PATH};
}
constexpr gramstack_param choice(const char* name, const char* doc, const char* fallback, const char* choices) {
  return {name, doc, "", fallback, choices, -kOpen, kOpen, GRAMSTACK_CHOICE};
}
constexpr gramstack_param integers(const char* name, const char* doc, const char* fallback, double min = -kOpen,
                                   double max = kOpen, const char* unit = "") {
  return {name, doc, unit, fallback, nullptr, min, max, GRAMSTACK_INTS};
}
constexpr gramstack_param reals(const char* name, const char* doc, const char* fallback, double min = -kOpen,
                                double max = kOpen, const char* unit = "") {
  return {name, doc, unit, fallback, nullptr, min, max, GRAMSTACK_REALS};
}

/// The checked values of a component's parameters, by name. Asking for a name that is not in the table is a
/// programming error: std::logic_error. Valid during construction only; what it returns is the caller's own.
class Arguments {
 public:
  Arguments(std::span<const gramstack_param> params, const gramstack_value* values, const gramstack_host* host)
      : params_(params), values_(values), host_(host) {}
  bool boolean(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  std::string text(std::string_view name) const;
  std::string choice(std::string_view name) const;  ///< the chosen word
  std::vector<std::int64_t> integers(std::string_view name) const;
  std::vector<double> reals(std::string_view name) const;
  /// Folders searched for data sets, in order.
  std::vector<std::filesystem::path> data_folders() const;

 private:
  std::size_t index(std::string_view name, gramstack_type type) const;
  std::span<const gramstack_param> params_;
  const gramstack_value* values_;
  const gramstack_host* host_;
};

/// Turns the exception in flight into *error. Never throws. Call from a catch block only.
void fill_error(std::span<const gramstack_param> params, gramstack_error* error) noexcept;

inline constexpr gramstack_param kNoParameters[1] = {};

namespace detail {
template <class Interface>
constexpr gramstack_kind kind_of() {
  if constexpr (std::is_same_v<Interface, Backbone>)
    return GRAMSTACK_BACKBONE;
  else if constexpr (std::is_same_v<Interface, Kernel>)
    return GRAMSTACK_KERNEL;
  else if constexpr (std::is_same_v<Interface, Loss>)
    return GRAMSTACK_LOSS;
  else if constexpr (std::is_same_v<Interface, Optimizer>)
    return GRAMSTACK_OPTIMIZER;
  else if constexpr (std::is_same_v<Interface, Dataset>)
    return GRAMSTACK_DATASET;
  else {
    static_assert(std::is_same_v<Interface, Device>, "describe<Interface, ...>: no such component interface");
    return GRAMSTACK_DEVICE;
  }
}

template <const auto& Params>
constexpr std::size_t count_of() {
  if constexpr (static_cast<const void*>(&Params) == static_cast<const void*>(&kNoParameters))
    return 0;
  else
    return std::size(Params);
}
}  // namespace detail

/// The descriptor of class T, made from its parameter table (kNoParameters: it has none).
template <class Interface, class T, const auto& Params = kNoParameters>
constexpr gramstack_class describe(const char* name, const char* summary) {
  constexpr std::size_t count = detail::count_of<Params>();
  return {detail::kind_of<Interface>(),
          name,
          summary,
          count ? Params : nullptr,
          count,
          [](const gramstack_host* host, const gramstack_value* values, void** self, gramstack_error* error) -> int {
            const std::span<const gramstack_param> params(Params, detail::count_of<Params>());
            try {
              *self = static_cast<Interface*>(new T(Arguments(params, values, host)));
              return 0;
            } catch (...) {
              fill_error(params, error);
              return 1;
            }
          },
          [](void* self) { delete static_cast<Interface*>(self); }};
}

}  // namespace gramstack

/// The one exported symbol of a plugin. `classes`: a constexpr array of gramstack_class.
#define GRAMSTACK_PLUGIN(plugin_name, plugin_version, plugin_classes, plugin_flags)                           \
  extern "C" __attribute__((visibility("default"))) constinit const gramstack_plugin GRAMSTACK_PLUGIN_SYMBOL{ \
      {GRAMSTACK_MAGIC, GRAMSTACK_ABI, sizeof(gramstack_plugin), GRAMSTACK_BUILD_ID},                         \
      plugin_name,                                                                                            \
      plugin_version,                                                                                         \
      plugin_classes,                                                                                         \
      std::size(plugin_classes),                                                                              \
      plugin_flags};
