// Components of the build tree's plugins for a test: defaults, but for a few settings.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugin/registry.h"
#include "plugin/values.h"

namespace gramstack::test {

/// The registry of the build tree's plugins.
const Registry& plugins();

/// Parameter -> value, as YAML writes it.
using Settings = std::map<std::string, std::string>;

/// One value for each row of the table. Throws std::invalid_argument naming the setting that is unknown or wrong, or
/// the parameter that is required and not set.
std::vector<StoredValue> values_of(const ComponentInfo& info, const Settings& settings);

const ComponentInfo& component_info(gramstack_kind kind, const std::string& name);

template <class Interface>
std::shared_ptr<Interface> component(const Registry& registry, const ComponentInfo& info, const Settings& settings) {
  const std::vector<StoredValue> stored = values_of(info, settings);
  std::vector<gramstack_value> views;
  views.reserve(stored.size());
  for (const StoredValue& value : stored) views.push_back(value.view());
  return registry.make<Interface>(info, views);
}

template <class Interface>
std::shared_ptr<Interface> component(gramstack_kind kind, const std::string& name, const Settings& settings = {}) {
  return component<Interface>(plugins(), component_info(kind, name), settings);
}

}  // namespace gramstack::test
