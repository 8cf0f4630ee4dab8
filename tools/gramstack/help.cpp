#include "plugin/help.h"

#include <fmt/core.h>

#include <algorithm>

#include "command_line.h"
#include "config/quote.h"
#include "config/suggest.h"
#include "pipeline/pipeline.h"
#include "pipeline/typed.h"
#include "table.h"

namespace gramstack::tool {
namespace {

/// What `gramstack help` knows under a name: a component, or a part of pipeline files.
struct Topic {
  std::string name;
  const ComponentInfo* component = nullptr;
  const CoreTable* table = nullptr;
};

std::vector<Topic> topics(const Registry& registry) {
  std::vector<Topic> all;
  for (const CoreTable& table : core_tables()) all.push_back({table.name, nullptr, &table});
  for (const ComponentInfo& info : registry.components())
    all.push_back({fmt::format("{}/{}", name_of(info.kind), info.name), &info, nullptr});
  return all;
}

std::vector<std::string> names(const std::vector<Topic>& all) {
  std::vector<std::string> result;
  for (const Topic& topic : all) result.push_back(topic.name);
  return result;
}

std::string keys_text(const CoreTable& table) {
  std::vector<std::vector<std::string>> rows;
  for (const CoreKey& key : table.keys)
    rows.push_back({"  " + key.name,
                    key.list && key.holds.empty() ? "list" : fmt::format("{}{}", key.list ? "list of " : "", key.holds),
                    key.required ? "required" : "", key.doc});
  return rows.empty() ? "" : "\n" + tool::table(rows);
}

nlohmann::ordered_json keys_json(const CoreTable& table) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const CoreKey& key : table.keys)
    json.push_back(
        {{"name", key.name}, {"doc", key.doc}, {"holds", key.holds}, {"list", key.list}, {"required", key.required}});
  return json;
}

void show(const CoreTable& table, bool json) {
  if (!json) return print(help_text(table.name, table.summary, table.params) + keys_text(table));
  nlohmann::ordered_json document = nlohmann::ordered_json::parse(help_json(table.name, table.summary, table.params));
  document["keys"] = keys_json(table);
  print(document.dump(2) + "\n");
}

/// Where a backbone with default parameters can be cut; nothing of other kinds.
std::vector<std::string> cut_points(const ComponentInfo& info, const Registry& registry) {
  if (info.kind != GRAMSTACK_BACKBONE) return {};
  const std::shared_ptr<Backbone> backbone = make_default<Backbone>(registry, info);
  return backbone ? backbone->cuts() : std::vector<std::string>();
}

void show(const ComponentInfo& info, const Registry& registry, bool json) {
  const std::vector<std::string> cuts = cut_points(info, registry);
  if (!json) {
    print(help_text(info));
    if (!cuts.empty()) print(fmt::format("\ncut points, with these defaults:\n  {}\n", join(cuts)));
    return;
  }
  nlohmann::ordered_json document = nlohmann::ordered_json::parse(help_json(info));
  if (info.kind == GRAMSTACK_BACKBONE) document["cuts"] = cuts;
  print(document.dump(2) + "\n");
}

void show_overview(CommandLine& line, const std::vector<Topic>& all, bool json) {
  if (json) return print_json({{"commands", line.verbs()}, {"topics", names(all)}});
  print(line.help() + "\nTOPICS of gramstack help TOPIC, beside the commands:\n");
  for (const Topic& topic : all) print(fmt::format("  {}\n", topic.name));
}

int show_topic(const std::string& word, const std::vector<Topic>& all, const Registry& registry, bool json) {
  for (const Topic& topic : all) {
    if (topic.name != word) continue;
    if (topic.table != nullptr)
      show(*topic.table, json);
    else
      show(*topic.component, registry, json);
    return 0;
  }
  throw UsageError(fmt::format("there is no help for {}{}\n  topics: {}", quote(word), did_you_mean(word, names(all)),
                               join(names(all))));
}

int act(CommandLine& line, const std::string& word, Context& context) {
  const std::vector<std::string> verbs = line.verbs();
  if (std::find(verbs.begin(), verbs.end(), word) != verbs.end()) {
    if (context.options.json)
      print_json({{"command", word}, {"help", line.help(word)}});
    else
      print(line.help(word));
    return 0;
  }
  const Registry& registry = context.registry();
  const std::vector<Topic> all = topics(registry);
  if (!word.empty()) return show_topic(word, all, registry, context.options.json);
  show_overview(line, all, context.options.json);
  return 0;
}

}  // namespace

void add_help(CommandLine& line) {
  const std::shared_ptr<std::string> word = std::make_shared<std::string>();
  CLI::App& verb = line.add_verb("help", "Describe a command, a component's parameters or a part of pipeline files.",
                                 [&line, word](Context& context) { return act(line, *word, context); });
  verb.add_option("TOPIC", *word, "a command; KIND/NAME such as loss/alignment; pipeline, data, module, ...")
      ->type_name("");
}

}  // namespace gramstack::tool
