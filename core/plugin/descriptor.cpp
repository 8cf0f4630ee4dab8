#include "plugin/descriptor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

#include "config/quote.h"
#include "plugin/registry.h"
#include "plugin/values.h"

namespace gramstack {
namespace {

using Faults = std::vector<std::string>;

/// What a field of an enumeration holds, read as bytes: a wrong library's may be none of the enumerators.
template <class Enumeration>
int raw(const Enumeration& field) {
  static_assert(sizeof(Enumeration) == sizeof(int));
  int value = 0;
  std::memcpy(&value, &field, sizeof(value));
  return value;
}

bool empty(const char* text) { return text == nullptr || *text == '\0'; }

bool name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_name(std::string_view text) { return std::all_of(text.begin(), text.end(), name_character); }

constexpr char kNameRule[] = "may hold letters, digits, - and _ only";

/// Adds `text` to the names seen; whether it was there before.
bool seen_before(Faults& names, const std::string& text) {
  if (std::find(names.begin(), names.end(), text) != names.end()) return true;
  names.push_back(text);
  return false;
}

void check_choices(const std::string& place, const gramstack_param& param, Faults& faults) {
  if (param.type != GRAMSTACK_CHOICE) {
    if (param.choices != nullptr) faults.push_back(place + " has choices but is not a choice");
    return;
  }
  if (empty(param.choices)) return faults.push_back(place + " has no choices");
  const std::string_view all = param.choices;
  if (all.front() == '|' || all.back() == '|' || all.find("||") != std::string_view::npos)
    return faults.push_back(place + " has an empty choice");
  Faults seen;
  for (const std::string& choice : choices_of(param))
    if (seen_before(seen, choice)) faults.push_back(fmt::format("{} has the choice {} twice", place, quote(choice)));
}

void check_default(const std::string& owner, const gramstack_param& param, Faults& faults) {
  if (param.fallback == nullptr) return;
  StoredValue value;
  if (const std::optional<ValueFault> fault = parse_value(param, param.fallback, value))
    faults.push_back(fmt::format("{}: the default of {} {}", owner, quote(param.name), fault->text));
}

void check_param(const std::string& owner, const gramstack_param& param, Faults& faults) {
  const std::string place = fmt::format("{}: parameter {}", owner, quote(param.name));
  const std::size_t before = faults.size();
  if (!is_name(param.name)) faults.push_back(fmt::format("{} {}", place, kNameRule));
  if (std::string_view(param.name) == "type") faults.push_back(place + " has the name that selects a component");
  if (param.doc == nullptr || param.unit == nullptr) faults.push_back(place + " has no doc or no unit");
  const int type = raw(param.type);
  if (type < GRAMSTACK_BOOL || type > GRAMSTACK_REALS)
    return faults.push_back(fmt::format("{} has the unknown type {}", place, type));
  if (!(param.min <= param.max))
    faults.push_back(fmt::format("{} has the bounds {} to {}", place, param.min, param.max));
  check_choices(place, param, faults);
  if (faults.size() == before) check_default(owner, param, faults);
}

void check_class(const gramstack_class& component, std::size_t position, Faults& seen, Faults& faults) {
  const int number = raw(component.kind);
  if (number < GRAMSTACK_BACKBONE || number >= GRAMSTACK_KIND_COUNT)
    return faults.push_back(fmt::format("component {} is of the unknown kind {}", position, number));
  const char* const kind = name_of(component.kind);
  if (empty(component.name)) return faults.push_back(fmt::format("component {}, a {}, has no name", position, kind));
  const std::string place = fmt::format("{} {}", kind, quote(component.name));
  if (!is_name(component.name)) faults.push_back(fmt::format("{}: its name {}", place, kNameRule));
  if (seen_before(seen, place)) faults.push_back(place + " is given twice");
  if (component.summary == nullptr) faults.push_back(place + " has no summary");
  if (component.create == nullptr || component.destroy == nullptr)
    faults.push_back(place + " has no create or no destroy function");
  const Faults of_table = table_faults(place, component.params, component.n_params);
  faults.insert(faults.end(), of_table.begin(), of_table.end());
}

}  // namespace

std::vector<std::string> table_faults(const std::string& owner, const gramstack_param* params, std::size_t count) {
  if (count > 0 && params == nullptr) return {owner + " has no parameter table"};
  Faults faults, seen;
  for (std::size_t i = 0; i < count; ++i) {
    if (empty(params[i].name)) {
      faults.push_back(fmt::format("{}: parameter {} has no name", owner, i + 1));
      continue;
    }
    if (seen_before(seen, params[i].name))
      faults.push_back(fmt::format("{}: parameter {} is listed twice", owner, quote(params[i].name)));
    check_param(owner, params[i], faults);
  }
  return faults;
}

std::vector<std::string> descriptor_faults(const gramstack_plugin& plugin) {
  Faults faults, seen;
  if (empty(plugin.name)) faults.push_back("the plugin has no name");
  if (empty(plugin.version)) faults.push_back("the plugin has no version");
  if (plugin.n_classes == 0 || plugin.classes == nullptr) {
    faults.push_back("the plugin has no components");
    return faults;
  }
  for (std::size_t i = 0; i < plugin.n_classes; ++i) check_class(plugin.classes[i], i + 1, seen, faults);
  return faults;
}

}  // namespace gramstack
