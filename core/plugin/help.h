// What `gramstack help KIND/NAME` and `gramstack plugins` print, made from the parameter tables alone.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "plugin/registry.h"

namespace gramstack {

/// A heading "NAME - summary" and a line a parameter: name, type, default, range or choices, what it is [unit].
/// Ends with a newline. For tables of the core as well as of components: `name` is "loss/huber", "schedule/cosine".
std::string help_text(std::string_view name, std::string_view summary, std::span<const gramstack_param> params);
/// The same of a component, with a line that names its plugin and file.
std::string help_text(const ComponentInfo& component);

/// One JSON object: name, summary, parameters [{name, type, doc, unit, required, default, min, max, choices}]. Defaults
/// have the parameter's own JSON type; what does not apply is left out.
std::string help_json(std::string_view name, std::string_view summary, std::span<const gramstack_param> params);
/// The same with kind, plugin, version and file.
std::string help_json(const ComponentInfo& component);

/// A table with a line a component: kind, name, plugin, version, summary. Ends with a newline.
std::string components_text(std::span<const ComponentInfo> components);
/// A JSON array of objects with kind, name, summary, plugin, version and file.
std::string components_json(std::span<const ComponentInfo> components);

}  // namespace gramstack
