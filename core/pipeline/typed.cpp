#include "pipeline/typed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/quote.h"
#include "config/suggest.h"

namespace gramstack {
namespace {

using config::Entry;
using config::Faults;
using config::Owner;
using config::Tree;

std::string searched_folders(const SearchPaths& paths) {
  std::vector<std::string> folders;
  for (const std::filesystem::path& folder : paths.plugins) folders.push_back(folder.string());
  return folders.empty() ? "; no folder is searched for plugins"
                         : fmt::format("; plugins are searched in {}", fmt::join(folders, ", "));
}

std::string one_of(const Alternatives& alternatives) {
  const std::vector<std::string> names = alternatives.names();
  return names.empty() ? "there is none" : fmt::format("one of {}", fmt::join(names, ", "));
}

std::string example(const Alternatives& alternatives) {
  return fmt::format("{{type: {}}}", alternatives.all.empty() ? "NAME" : alternatives.all.front().name);
}

void report_missing(const Tree& mapping, const Alternatives& alternatives, Faults& faults) {
  const std::vector<std::string> type{"type"};
  for (const Entry& entry : mapping.entries)
    if (!nearest(entry.key, type).empty())
      return faults.add(entry.place,
                        fmt::format("'{}' has no key {}; did you mean 'type'?", alternatives.key, quote(entry.key)));
  faults.add(mapping.place, fmt::format("'{}' needs 'type': {}", alternatives.key, one_of(alternatives)));
}

/// The value of `type`; a fault when it is missing or no name.
std::optional<Tree> read_type(const Tree& mapping, const Alternatives& alternatives, const std::string& fallback,
                              Faults& faults) {
  const Entry* entry = mapping.find("type");
  if (!entry && !fallback.empty()) return config::default_scalar(fallback);
  if (!entry) {
    report_missing(mapping, alternatives, faults);
    return {};
  }
  if (entry->value.kind == Tree::Kind::scalar) return entry->value;
  if (entry->value.kind != Tree::Kind::invalid)
    faults.add(entry->value.place, fmt::format("'{}' 'type' expects {}, got {}", alternatives.key, one_of(alternatives),
                                               describe(entry->value)));
  return {};
}

void report_unknown(const config::Place& place, const std::string& name, const Alternatives& alternatives,
                    Faults& faults) {
  faults.add(place, fmt::format("unknown {} {}{} ({}{})", alternatives.kind, quote(name),
                                did_you_mean(name, alternatives.names()), one_of(alternatives), alternatives.searched));
}

/// The mapping without its type, for check_keys().
Tree without_type(const Tree& mapping) {
  Tree rest = mapping;
  std::erase_if(rest.entries, [](const Entry& entry) { return entry.key == "type"; });
  return rest;
}

/// Names of the table beside a component's own are the core's: whether the component leaves them alone.
bool check_reserved(const Alternatives::One& one, const std::vector<std::string>& reserved, const Owner& owner,
                    Faults& faults) {
  for (const gramstack_param& param : one.params) {
    const std::string name = param.name;
    if (name != "type" && !config::is_note(name) && std::find(reserved.begin(), reserved.end(), name) == reserved.end())
      continue;
    faults.add(
        owner.place,
        fmt::format("{} cannot be used: its plugin has a parameter '{}', a name of the core's own", owner.name, name),
        ExitCode::plugin);
    return false;
  }
  return true;
}

Tree resolve(const Tree& type, const config::Arguments& own, const config::Arguments& beside) {
  Tree resolved;
  resolved.kind = Tree::Kind::mapping;
  resolved.entries.push_back({"type", type.place, type});
  for (const config::Arguments* arguments : {&own, &beside})
    for (const Entry& entry : arguments->resolved().entries) resolved.entries.push_back(entry);
  return resolved;
}

}  // namespace

const Alternatives::One* Alternatives::find(std::string_view name) const {
  for (const One& one : all)
    if (one.name == name) return &one;
  return nullptr;
}

std::vector<std::string> Alternatives::names() const {
  std::vector<std::string> names;
  for (const One& one : all) names.push_back(one.name);
  return names;
}

Alternatives components(const Registry& registry, gramstack_kind kind) {
  const std::string name = name_of(kind);
  Alternatives alternatives{name, kind == GRAMSTACK_DATASET ? "data" : name, {}, searched_folders(registry.paths())};
  for (const ComponentInfo& info : registry.components())
    if (info.kind == kind) alternatives.all.push_back({info.name, info.params});
  return alternatives;
}

Alternatives core_alternatives(const std::string& group) {
  Alternatives alternatives{group, group, {}, ""};
  for (const CoreTable& table : core_tables())
    if (table.name.starts_with(group + "/"))
      alternatives.all.push_back({table.name.substr(group.size() + 1), table.params});
  return alternatives;
}

std::optional<Typed> read_typed(const Tree& node, const Alternatives& alternatives, const TypedRules& rules,
                                Faults& faults) {
  if (!config::expect_mapping(node, fmt::format("'{}'", alternatives.key), example(alternatives), faults)) return {};
  const std::optional<Tree> type = read_type(node, alternatives, rules.fallback, faults);
  if (!type) return {};
  const bool defaulted = type->place.source == config::Place::kDefault;
  const config::Place place = defaulted ? node.place : type->place;
  const Alternatives::One* one = alternatives.find(type->text);
  if (!one) {
    report_unknown(place, type->text, alternatives, faults);
    return {};
  }
  const Owner owner{rules.owner.empty() ? fmt::format("{} '{}'", alternatives.kind, one->name) : rules.owner, place};
  std::vector<std::string> known = rules.beside ? names_of(*rules.beside) : std::vector<std::string>();
  if (!check_reserved(*one, known, owner, faults)) return {};
  const std::vector<std::string> own = config::names_of(one->params);
  known.insert(known.begin(), own.begin(), own.end());
  check_keys(without_type(node), owner, known, faults);
  using Params = std::span<const gramstack_param>;
  Typed typed{one->name,
              owner,
              config::Arguments(node, owner, one->params, faults),
              config::Arguments(node, owner, rules.beside ? rules.beside->params : Params(), faults),
              {}};
  typed.resolved = resolve(*type, typed.own, typed.beside);
  return typed;
}

void blame(const Typed& typed, Faults& faults) {
  try {
    throw;
  } catch (const BadParameter& error) {
    faults.add(typed.own.place(error.parameter()),
               fmt::format("{} '{}' {}", typed.owner.name, error.parameter(), error.what()));
  } catch (const Error& error) {
    const bool named = std::string_view(error.what()).starts_with(typed.owner.name);
    faults.add(typed.owner.place, named ? error.what() : fmt::format("{}: {}", typed.owner.name, error.what()),
               error.code());
  }
}

}  // namespace gramstack
