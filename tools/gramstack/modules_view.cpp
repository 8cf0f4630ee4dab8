#include <fmt/core.h>

#include <cmath>

#include "modules.h"
#include "table.h"

namespace gramstack::tool {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string kind_of(const ModuleFile& module) { return module.hidden ? "hidden" : "output"; }

std::string share(const std::optional<double>& accuracy) { return accuracy ? percent(*accuracy) : "-"; }

std::vector<std::string> row_of(const StoredModule& stored) {
  if (!stored.defect.empty())
    return {short_hash(stored.hash), "", "damaged", "", "", "", bytes(stored.bytes), stored.note.stored};
  const ModuleFile& module = stored.module;
  const double value = std::isnan(module.validation_value) ? module.training_value : module.validation_value;
  return {short_hash(stored.hash),          module.module,       kind_of(module),   module.value_name, number(value),
          share(stored.note.test_accuracy), bytes(stored.bytes), stored.note.stored};
}

std::string parent_text(const ModuleStore& store, const std::string& hash) {
  return short_hash(hash) + (store.contains(hash) ? " " + store.get(hash).module.module : " (not in the store)");
}

nlohmann::json share_json(const std::optional<double>& accuracy) {
  return accuracy ? nlohmann::json(*accuracy) : nlohmann::json();
}

std::string indented(const std::string& text) {
  std::string result = "  ";
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "  ";
  }
  return result.substr(0, result.find_last_not_of(' ') + 1);
}

}  // namespace

std::string modules_table(const std::vector<StoredModule>& modules) {
  Rows rows = {{"file", "module", "kind", "value", "", "test accuracy", "size", "stored"}};
  for (const StoredModule& stored : modules) rows.push_back(row_of(stored));
  return table(rows, {4, 5, 6});
}

std::string module_text(const ModuleStore& store, const StoredModule& stored, const std::vector<StoredModule>& above) {
  const ModuleFile& module = stored.module;
  Rows rows = {{"hash", stored.hash},
               {"module", fmt::format("{} ({})", module.module, kind_of(module))},
               {"input", extents(module.input)},
               {"output", extents(module.output)},
               {module.value_name, fmt::format("{} on training images, {} on held-out images",
                                               number(module.training_value), number(module.validation_value))},
               {"epochs", fmt::format("{}, the best was {}", module.epochs, module.best_epoch)}};
  if (!module.hidden)
    rows.push_back({"accuracy", fmt::format("{} on test images, {} on held-out images",
                                            share(stored.note.test_accuracy), share(stored.note.validation_accuracy))});
  for (const std::string& parent : module.parents) rows.push_back({"stands on", parent_text(store, parent)});
  for (const StoredModule& child : above)
    rows.push_back({"below", fmt::format("{} {}", short_hash(child.hash), child.module.module)});
  rows.push_back({"data", short_hash(module.data)});
  rows.push_back({"stored", stored.note.stored.empty() ? "-" : stored.note.stored});
  const char* how = stored.note.end_to_end ? ", trained end to end"
                    : stored.note.together ? ", trained together with the other hidden modules"
                                           : "";
  rows.push_back({"from", stored.note.source + how});
  rows.push_back({"size", bytes(stored.bytes)});
  return table(rows) + "pipeline\n" + indented(module.pipeline);
}

nlohmann::json module_json(const StoredModule& stored) {
  const ModuleFile& module = stored.module;
  if (!stored.defect.empty()) return {{"hash", stored.hash}, {"bytes", stored.bytes}, {"defect", stored.defect}};
  return {{"hash", stored.hash},
          {"module", module.module},
          {"kind", kind_of(module)},
          {"parents", module.parents},
          {"data", module.data},
          {"input", module.input},
          {"output", module.output},
          {"value_name", module.value_name},
          {"training_value", module.training_value},
          {"validation_value", module.validation_value},
          {"epochs", module.epochs},
          {"best_epoch", module.best_epoch},
          {"validation_accuracy", share_json(stored.note.validation_accuracy)},
          {"test_accuracy", share_json(stored.note.test_accuracy)},
          {"end_to_end", stored.note.end_to_end},
          {"together", stored.note.together},
          {"source", stored.note.source},
          {"stored", stored.note.stored},
          {"file", stored.file.string()},
          {"bytes", stored.bytes}};
}

}  // namespace gramstack::tool
