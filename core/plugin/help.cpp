#include "plugin/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "plugin/values.h"

namespace gramstack {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

const char* type_name(gramstack_type type) {
  switch (type) {
    case GRAMSTACK_BOOL:
      return "boolean";
    case GRAMSTACK_INT:
      return "integer";
    case GRAMSTACK_REAL:
      return "real";
    case GRAMSTACK_TEXT:
      return "text";
    case GRAMSTACK_PATH:
      return "path";
    case GRAMSTACK_CHOICE:
      return "choice";
    case GRAMSTACK_INTS:
      return "integers";
    case GRAMSTACK_REALS:
      break;
  }
  return "reals";
}

std::string default_text(const gramstack_param& param) {
  if (param.fallback == nullptr) return "required";
  if (*param.fallback != '\0') return fmt::format("default {}", param.fallback);
  return is_list(param.type) ? "default []" : "default ''";
}

std::string range_text(const gramstack_param& param) {
  if (param.type == GRAMSTACK_CHOICE) return param.choices;
  const bool below = std::isfinite(param.min), above = std::isfinite(param.max);
  if (below && above) return fmt::format("{}..{}", param.min, param.max);
  if (below) return fmt::format(">= {}", param.min);
  return above ? fmt::format("<= {}", param.max) : "";
}

std::string doc_text(const gramstack_param& param) {
  return *param.unit == '\0' ? param.doc : fmt::format("{} [{}]", param.doc, param.unit);
}

/// Columns as wide as their longest cell, two spaces apart, none at the end of a line.
std::string aligned(const std::vector<Row>& rows, std::string_view indent) {
  std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const Row& row : rows) {
    std::string line(indent);
    for (std::size_t i = 0; i < row.size(); ++i)
      if (widths[i] > 0) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string parameters_text(std::span<const gramstack_param> params) {
  if (params.empty()) return "  takes no parameters\n";
  std::vector<Row> rows;
  for (const gramstack_param& param : params)
    rows.push_back({param.name, type_name(param.type), default_text(param), range_text(param), doc_text(param)});
  return aligned(rows, "  ");
}

Json value_json(const gramstack_param& param) {
  StoredValue value;
  if (parse_value(param, param.fallback, value)) return param.fallback;
  switch (param.type) {
    case GRAMSTACK_BOOL:
      return value.integer != 0;
    case GRAMSTACK_INT:
      return value.integer;
    case GRAMSTACK_REAL:
      return value.real;
    case GRAMSTACK_INTS:
      return value.integers;
    case GRAMSTACK_REALS:
      return value.reals;
    default:
      return param.fallback;
  }
}

Json parameter_json(const gramstack_param& param) {
  Json json{{"name", param.name}, {"type", type_name(param.type)}, {"doc", param.doc}};
  if (*param.unit != '\0') json["unit"] = param.unit;
  json["required"] = param.fallback == nullptr;
  if (param.fallback != nullptr) json["default"] = value_json(param);
  if (std::isfinite(param.min)) json["min"] = param.min;
  if (std::isfinite(param.max)) json["max"] = param.max;
  if (param.type == GRAMSTACK_CHOICE) json["choices"] = choices_of(param);
  return json;
}

Json parameters_json(std::span<const gramstack_param> params) {
  Json json = Json::array();
  for (const gramstack_param& param : params) json.push_back(parameter_json(param));
  return json;
}

Json component_json(const ComponentInfo& component) {
  return {{"kind", name_of(component.kind)}, {"name", component.name},       {"summary", component.summary},
          {"plugin", component.plugin},      {"version", component.version}, {"file", component.file.string()}};
}

/// Paths may hold bytes that are not UTF-8: they are replaced.
std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string path_name(const ComponentInfo& component) {
  return fmt::format("{}/{}", name_of(component.kind), component.name);
}

}  // namespace

std::string help_text(std::string_view name, std::string_view summary, std::span<const gramstack_param> params) {
  return fmt::format("{} - {}\n\n{}", name, summary, parameters_text(params));
}

std::string help_text(const ComponentInfo& component) {
  return fmt::format("{} - {}\nplugin {} {}, {}\n\n{}", path_name(component), component.summary, component.plugin,
                     component.version, component.file.string(), parameters_text(component.params));
}

std::string help_json(std::string_view name, std::string_view summary, std::span<const gramstack_param> params) {
  return dump({{"name", name}, {"summary", summary}, {"parameters", parameters_json(params)}});
}

std::string help_json(const ComponentInfo& component) {
  Json json = component_json(component);
  json["parameters"] = parameters_json(component.params);
  return dump(json);
}

std::string components_text(std::span<const ComponentInfo> components) {
  std::vector<Row> rows{{"kind", "name", "plugin", "version", "summary"}};
  for (const ComponentInfo& one : components)
    rows.push_back({name_of(one.kind), one.name, one.plugin, one.version, one.summary});
  return aligned(rows, "");
}

std::string components_json(std::span<const ComponentInfo> components) {
  Json json = Json::array();
  for (const ComponentInfo& component : components) json.push_back(component_json(component));
  return dump(json);
}

}  // namespace gramstack
