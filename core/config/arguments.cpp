#include "config/arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <optional>
#include <stdexcept>

#include "config/quote.h"
#include "config/suggest.h"

namespace gramstack::config {
namespace {

struct LocatedFault {
  std::string text;
  Place place;
};

std::string got(const gramstack_param& param, const Tree& node) {
  return fmt::format("expects {}, got {}", expectation(param), describe(node));
}

/// The elements of a list; a fault where one is not a plain scalar.
std::optional<LocatedFault> read_elements(const gramstack_param& param, const Tree& node,
                                          std::vector<std::string>& elements) {
  for (const Tree& item : node.items) {
    if (item.kind != Tree::Kind::scalar || item.quoted)
      return LocatedFault{got(param, item) + (item.quoted ? " in quotes" : ""), item.place};
    elements.push_back(item.text);
  }
  return {};
}

std::optional<LocatedFault> read_list(const gramstack_param& param, const Tree& node, StoredValue& value) {
  if (node.kind != Tree::Kind::sequence) return LocatedFault{got(param, node), node.place};
  std::vector<std::string> elements;
  if (std::optional<LocatedFault> fault = read_elements(param, node, elements)) return fault;
  const std::optional<ValueFault> fault = parse_elements(param, elements, value);
  if (!fault) return {};
  return LocatedFault{fault->text, fault->element > 0 ? node.items[fault->element - 1].place : node.place};
}

bool takes_text(gramstack_type type) {
  return type == GRAMSTACK_TEXT || type == GRAMSTACK_PATH || type == GRAMSTACK_CHOICE;
}

std::optional<LocatedFault> read_value(const gramstack_param& param, const Tree& node, StoredValue& value) {
  if (is_list(param.type)) return read_list(param, node, value);
  if (node.kind != Tree::Kind::scalar) return LocatedFault{got(param, node), node.place};
  if (node.quoted && !takes_text(param.type)) return LocatedFault{got(param, node) + " in quotes", node.place};
  const std::optional<ValueFault> fault = parse_value(param, node.text, value);
  if (!fault) return {};
  return LocatedFault{fault->text, node.place};
}

Tree default_node(const gramstack_param& param) {
  if (!is_list(param.type)) return default_scalar(param.fallback);
  Faults none("", "");
  Tree node = parse(param.fallback, 0, none);
  node.kind = Tree::Kind::sequence;  // "" is a null node: the empty list
  node.place.source = Place::kDefault;
  for (Tree& item : node.items) item.place.source = Place::kDefault;
  return node;
}

}  // namespace

Tree default_scalar(std::string text) {
  Place place;
  place.source = Place::kDefault;
  return scalar_at(place, std::move(text));
}

std::string known_names(std::span<const std::string> names) {
  return names.empty() ? "; it has none" : fmt::format("; it has {}", fmt::join(names, ", "));
}

std::vector<std::string> names_of(std::span<const gramstack_param> params) {
  std::vector<std::string> names;
  for (const gramstack_param& param : params) names.emplace_back(param.name);
  return names;
}

bool is_note(std::string_view key) { return key.starts_with("x-"); }

bool expect_mapping(const Tree& node, std::string_view what, std::string_view example, Faults& faults) {
  if (node.kind == Tree::Kind::mapping) return true;
  if (node.kind != Tree::Kind::invalid)
    faults.add(node.place, fmt::format("{} expects a mapping such as {}, got {}", what, example, describe(node)));
  return false;
}

void check_keys(const Tree& mapping, const Owner& owner, std::span<const std::string> known, Faults& faults) {
  for (const Entry& entry : mapping.entries) {
    if (is_note(entry.key) || std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    const std::string near = did_you_mean(entry.key, known);
    faults.add(entry.place, fmt::format("{} has no {} {}{}", owner.name, owner.noun, quote(entry.key),
                                        near.empty() ? known_names(known) : near));
  }
}

Arguments::Arguments(const Tree& mapping, const Owner& owner, std::span<const gramstack_param> params, Faults& faults)
    : params_(params), values_(params.size()), places_(params.size(), owner.place), given_(params.size()) {
  resolved_.kind = Tree::Kind::mapping;
  resolved_.place = mapping.place;
  for (const gramstack_param& param : params_) read(param, mapping, owner, faults);
}

void Arguments::read(const gramstack_param& param, const Tree& mapping, const Owner& owner, Faults& faults) {
  const std::size_t i = static_cast<std::size_t>(&param - params_.data());
  const Entry* entry = mapping.find(param.name);
  if (entry && entry->value.kind == Tree::Kind::invalid) {
    ok_ = false;
    resolved_.entries.push_back(*entry);
    return;
  }
  if (!entry && !param.fallback) {
    ok_ = false;
    faults.add(owner.place, fmt::format("{} needs '{}' ({})", owner.name, param.name, param.doc));
    return;
  }
  given_[i] = entry != nullptr;
  if (entry) places_[i] = entry->value.place;
  Tree node = entry ? entry->value : default_node(param);
  if (const std::optional<LocatedFault> fault = read_value(param, node, values_[i])) {
    ok_ = false;
    faults.add(entry ? fault->place : owner.place, fmt::format("{} '{}' {}", owner.name, param.name, fault->text));
  }
  resolved_.entries.push_back({param.name, node.place, std::move(node)});
}

std::size_t Arguments::index(std::string_view name) const {
  for (std::size_t i = 0; i < params_.size(); ++i)
    if (name == params_[i].name) return i;
  throw std::logic_error(fmt::format("no parameter '{}' in the table", name));
}

std::vector<gramstack_value> Arguments::values() const {
  std::vector<gramstack_value> values;
  for (const StoredValue& value : values_) values.push_back(value.view());
  return values;
}

const StoredValue& Arguments::value(std::string_view name) const { return values_[index(name)]; }
bool Arguments::given(std::string_view name) const { return given_[index(name)]; }
Place Arguments::place(std::string_view name) const { return places_[index(name)]; }

}  // namespace gramstack::config
