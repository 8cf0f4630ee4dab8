// Components by interface and name, for tests: make<Loss>("alignment", {{"pairs", "negative"}}).
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/author.h"
#include "support/component.h"

namespace gramstack::test {

template <class Interface>
std::shared_ptr<Interface> make(const std::string& name, const Settings& settings = {}) {
  return component<Interface>(detail::kind_of<Interface>(), name, settings);
}

/// From a registry of the test's own, for data folders of its own.
template <class Interface>
std::shared_ptr<Interface> make(const Registry& registry, const std::string& name, const Settings& settings = {}) {
  const ComponentInfo* const info = registry.find(detail::kind_of<Interface>(), name);
  if (!info) throw std::invalid_argument("no component " + name);
  return component<Interface>(registry, *info, settings);
}

/// The message of the Error that `action` throws, after its code: "data: /tmp/x: the file is empty". "" for none.
template <class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const BadParameter& error) {
    return "parameter " + error.parameter() + ": " + error.what();
  } catch (const Error& error) {
    return (error.code() == ExitCode::data ? "data: " : "configuration: ") + std::string(error.what());
  }
  return "";
}

}  // namespace gramstack::test
