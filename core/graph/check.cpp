#include "graph/check.h"

#include <fmt/format.h>

#include "api/error.h"
#include "config/suggest.h"

namespace gramstack {

namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error(ExitCode::configuration, message); }

template <class Rows>
std::string suggestion(std::string_view name, const Rows& rows) {
  std::vector<std::string> known;
  known.reserve(rows.size());
  for (const auto& row : rows) known.push_back(row.name);
  return did_you_mean(name, known);
}

const char* name_of(AttributeRule::Type type) {
  switch (type) {
    case AttributeRule::Type::integer:
      return "an integer";
    case AttributeRule::Type::real:
      return "a real number";
    case AttributeRule::Type::integers:
      return "a list of integers";
    case AttributeRule::Type::reals:
      return "a list of real numbers";
  }
  return "?";
}

std::string known_attributes(const Op& op) {
  if (op.attributes.empty()) return "; it has none";
  std::string text;
  for (const AttributeRule& rule : op.attributes) text += (text.empty() ? "; it has " : ", ") + rule.name;
  return text;
}

const AttributeRule& rule_of(const Op& op, const std::string& name, const std::string& place) {
  for (const AttributeRule& rule : op.attributes)
    if (rule.name == name) return rule;
  const std::string near = suggestion(name, op.attributes);
  refuse(fmt::format("{} has no attribute '{}'{}", place, name, near.empty() ? known_attributes(op) : near));
}

/// Attribute's alternatives stand in the order of AttributeRule::Type.
Attribute typed(const AttributeRule& rule, const Attribute& value, const std::string& place) {
  const std::int64_t* integer = std::get_if<std::int64_t>(&value);
  if (rule.type == AttributeRule::Type::real && integer) return static_cast<double>(*integer);
  const AttributeRule::Type type = static_cast<AttributeRule::Type>(value.index());
  if (type != rule.type)
    refuse(fmt::format("{} wants {} for attribute '{}', got {}", place, name_of(rule.type), rule.name, name_of(type)));
  return value;
}

}  // namespace

std::string place_of(const Op& op, std::string_view name) {
  return name.empty() ? op.name : fmt::format("{}: {}", name, op.name);
}

void refuse_op(std::string_view op, std::string_view name) {
  refuse(fmt::format("{}{}there is no op '{}'{}", name, name.empty() ? "" : ": ", op, suggestion(op, op_table())));
}

void check_count(const Op& op, std::size_t inputs, const std::string& place) {
  const std::size_t least = static_cast<std::size_t>(op.min_inputs), most = static_cast<std::size_t>(op.max_inputs);
  if (inputs >= least && inputs <= most) return;
  const std::string wanted = least == most ? std::to_string(least) : fmt::format("{} to {}", least, most);
  refuse(fmt::format("{} wants {} input{}, got {}", place, wanted, most == 1 ? "" : "s", inputs));
}

Attributes complete_attributes(const Op& op, const Attributes& given, const std::string& place) {
  Attributes result;
  for (const auto& [name, value] : given.items()) result.set(name, typed(rule_of(op, name, place), value, place));
  for (const AttributeRule& rule : op.attributes) {
    if (result.find(rule.name)) continue;
    if (rule.required) refuse(fmt::format("{} needs attribute '{}', {}", place, rule.name, name_of(rule.type)));
    result.set(rule.name, rule.fallback);
  }
  return result;
}

}  // namespace gramstack
