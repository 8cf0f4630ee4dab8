#include "plan.h"

#include "table.h"

namespace gramstack::tool {
namespace {

const char* action_of(Origin origin) {
  switch (origin) {
    case Origin::trained:
      return "train";
    case Origin::reused:
      return "reuse";
    case Origin::given:
      return "given";
  }
  return "";
}

std::string text_of(const std::vector<PlannedModule>& modules) {
  std::vector<std::vector<std::string>> rows = {{"module", "plan", "file", "why"}};
  for (const PlannedModule& module : modules)
    rows.push_back({module.name, action_of(module.origin), short_hash(module.hash), module.reason});
  return table(rows);
}

nlohmann::json json_of(const std::vector<PlannedModule>& modules) {
  nlohmann::json list = nlohmann::json::array();
  for (const PlannedModule& module : modules) {
    nlohmann::json hash, reason;
    if (!module.hash.empty()) hash = module.hash;
    if (!module.reason.empty()) reason = module.reason;
    list.push_back({{"name", module.name}, {"plan", action_of(module.origin)}, {"hash", hash}, {"reason", reason}});
  }
  return list;
}

}  // namespace

void show_plan(const Pipeline& pipeline, const RunOptions& options, const Context& context) {
  const std::vector<PlannedModule> modules = plan(pipeline, options);
  if (context.options.json)
    print_json({{"file", pipeline.file.string()}, {"store", options.store.string()}, {"modules", json_of(modules)}});
  else
    print(text_of(modules));
}

}  // namespace gramstack::tool
