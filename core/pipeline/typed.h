// Mappings with a `type`: the table that the type chooses, checked; and the component that it names, made.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/arguments.h"
#include "pipeline/tables.h"
#include "plugin/registry.h"

namespace gramstack {

/// What a `type` may be.
struct Alternatives {
  struct One {
    std::string name;
    std::span<const gramstack_param> params;
  };
  std::string kind;  ///< "dataset"
  std::string key;   ///< what the file calls it: "data"
  std::vector<One> all;
  std::string searched;  ///< where more could come from, for messages

  const One* find(std::string_view name) const;
  std::vector<std::string> names() const;
};

Alternatives components(const Registry& registry, gramstack_kind kind);
Alternatives core_alternatives(const std::string& group);  ///< "schedule": of the tables "schedule/..."

/// A mapping read against the table of its type, and against a table of the core's that stands beside it.
struct Typed {
  std::string type;
  config::Owner owner;  ///< "optimizer 'sgd'", at the name
  config::Arguments own, beside;
  config::Tree resolved;  ///< type, own, beside
};

struct TypedRules {
  const CoreTable* beside = nullptr;
  std::string fallback = {};  ///< the type when none is given; "": it must be given
  std::string owner = {};     ///< what messages call it; "": "optimizer 'sgd'"
};

/// Nothing when the type is not known; otherwise faults may be left in own.ok() and beside.ok().
std::optional<Typed> read_typed(const config::Tree& node, const Alternatives& alternatives, const TypedRules& rules,
                                config::Faults& faults);

/// Reports the exception in flight: BadParameter at that parameter, anything else at the owner.
/// Call from a catch block only.
void blame(const Typed& typed, config::Faults& faults);

/// A component with its default parameters; null when it cannot be made with them.
template <class Interface>
std::shared_ptr<Interface> make_default(const Registry& registry, const ComponentInfo& info) {
  config::Faults ignored("", "");
  config::Tree empty;
  empty.kind = config::Tree::Kind::mapping;
  const config::Arguments arguments(empty, {}, info.params, ignored);
  if (!arguments.ok()) return nullptr;
  try {
    return registry.make<Interface>(info, arguments.values());
  } catch (const Error&) {
    return nullptr;
  }
}

/// The component that `typed` names; null after a fault.
template <class Interface>
std::shared_ptr<Interface> make(const Registry& registry, gramstack_kind kind, const std::optional<Typed>& typed,
                                config::Faults& faults) {
  if (!typed || !typed->own.ok()) return nullptr;
  try {
    return registry.make<Interface>(*registry.find(kind, typed->type), typed->own.values());
  } catch (const Error&) {
    blame(*typed, faults);
    return nullptr;
  }
}

}  // namespace gramstack
