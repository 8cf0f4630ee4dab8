// The module store: what it holds, in and out of it, and clearing it.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "command_line.h"
#include "modules.h"
#include "store/files.h"
#include "store/module_store.h"
#include "table.h"

namespace gramstack::tool {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string hash, target;
  std::vector<std::string> files;
  bool dry_run = false;
  double unused_days = -1;
};

using Verb = int (*)(const Options&, Context&);

int list_modules(const Options&, Context& context) {
  const ModuleStore store(context.store());
  const std::vector<StoredModule> all = store.list();
  if (context.options.json) {
    nlohmann::json modules = nlohmann::json::array();
    for (const StoredModule& stored : all) modules.push_back(module_json(stored));
    print_json({{"store", store.folder().string()}, {"modules", modules}});
    return 0;
  }
  if (all.empty())
    note(context, fmt::format("the module store {} is empty", store.folder().string()));
  else
    print(modules_table(all));
  return 0;
}

/// The stored modules that stand on `hash`.
std::vector<StoredModule> children(const ModuleStore& store, const std::string& hash) {
  std::vector<StoredModule> all = store.list();
  std::erase_if(all, [&](const StoredModule& stored) {
    const std::vector<std::string>& parents = stored.module.parents;
    return std::find(parents.begin(), parents.end(), hash) == parents.end();
  });
  return all;
}

int show_module(const Options& options, Context& context) {
  const ModuleStore store(context.store());
  const std::string hash = store.find(options.hash);
  const StoredModule stored = store.get(hash);
  if (!stored.defect.empty()) throw Error(ExitCode::file, stored.defect);
  const std::vector<StoredModule> above = children(store, hash);
  if (!context.options.json) {
    print(module_text(store, stored, above));
    return 0;
  }
  nlohmann::json json = module_json(stored);
  json["pipeline"] = stored.module.pipeline;
  json["above"] = nlohmann::json::array();
  for (const StoredModule& child : above) json["above"].push_back(child.hash);
  print_json(json);
  return 0;
}

int import_modules(const Options& options, Context& context) {
  ModuleStore store(context.store());
  nlohmann::json hashes = nlohmann::json::array();
  for (const std::string& file : options.files) {
    ModuleNote origin;
    origin.stored = utc_now();
    origin.source = "imported from " + fs::absolute(file).lexically_normal().string();
    const std::string hash = store.put(file, origin);
    hashes.push_back(hash);
    if (!context.options.json) print(hash + "\n");
  }
  if (context.options.json) print_json({{"store", store.folder().string()}, {"modules", hashes}});
  return 0;
}

int export_module(const Options& options, Context& context) {
  const ModuleStore store(context.store());
  const std::string hash = store.find(options.hash);
  const fs::path target = options.target.empty() ? "." : options.target;
  const fs::path file = fs::is_directory(target) ? module_path(target, hash) : target;
  store.read(hash);
  if (fs::exists(fs::symlink_status(file)))
    throw Error(ExitCode::usage, fmt::format("{} exists; name another file, or a folder", file.string()));
  write_atomically(file, read_file(store.file(hash)));
  if (context.options.json)
    print_json({{"hash", hash}, {"file", file.string()}});
  else
    print(file.string() + "\n");
  return 0;
}

int verify_modules(const Options&, Context& context) {
  const ModuleStore store(context.store());
  nlohmann::json damaged = nlohmann::json::array();
  std::string text;
  const std::vector<std::string> hashes = store.hashes();
  for (const std::string& hash : hashes) {
    const std::string defect = store.defect(hash);
    if (defect.empty()) continue;
    damaged.push_back({{"hash", hash}, {"defect", defect}});
    text += defect + "\n";
  }
  if (context.options.json)
    print_json({{"store", store.folder().string()}, {"modules", hashes.size()}, {"damaged", damaged}});
  else
    print(
        fmt::format("{}{} module{}, {} damaged\n", text, hashes.size(), hashes.size() == 1 ? "" : "s", damaged.size()));
  return damaged.empty() ? 0 : static_cast<int>(ExitCode::file);
}

int collect(const Options& options, Context& context) {
  ModuleStore store(context.store());
  CollectionOptions collection;
  collection.dry_run = options.dry_run;
  if (options.unused_days >= 0) collection.unused_days = options.unused_days;
  const std::vector<Garbage> garbage = store.collect_garbage(collection);
  nlohmann::json removed = nlohmann::json::array();
  std::vector<std::vector<std::string>> rows;
  std::size_t total = 0;
  for (const Garbage& item : garbage) {
    const std::string name = fs::relative(item.file, store.folder()).string();
    removed.push_back({{"file", name}, {"bytes", item.bytes}, {"reason", item.reason}});
    rows.push_back({name, bytes(item.bytes), item.reason});
    total += item.bytes;
  }
  if (context.options.json)
    print_json({{"store", store.folder().string()}, {"dry_run", options.dry_run}, {"removed", removed}});
  else
    print(table(rows, {1}) + fmt::format("{} file{} {}removed, {}\n", rows.size(), rows.size() == 1 ? "" : "s",
                                         options.dry_run ? "would be " : "", bytes(total)));
  return 0;
}

}  // namespace

void add_modules(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  const std::shared_ptr<Verb> chosen = std::make_shared<Verb>(nullptr);
  CLI::App& verb = line.add_verb("modules", "List, show, import, export, verify or clear the stored modules.",
                                 [=](Context& context) {
                                   if (!*chosen)
                                     throw UsageError(
                                         "'gramstack modules' needs a command: list, show, import, export, "
                                         "verify, gc\n  see: gramstack modules --help");
                                   return (*chosen)(*options, context);
                                 });
  verb.require_subcommand(0, 1);
  const auto add = [&](const char* name, const char* summary, Verb action) -> CLI::App& {
    CLI::App& part = line.add_part(verb, name, summary);
    part.callback([=] { *chosen = action; });
    return part;
  };
  add("list", "All stored modules, the newest first.", list_modules);
  add("show", "Where a module comes from and what stands on it.", show_module)
      .add_option("HASH", options->hash, "the first digits of its hash, at least 4")
      ->required()
      ->type_name("");
  add("import", "Put module files into the store.", import_modules)
      .add_option("FILE", options->files, "module files")
      ->required()
      ->type_name("");
  CLI::App& exporting = add("export", "Copy a module out of the store.", export_module);
  exporting.add_option("HASH", options->hash, "the first digits of its hash, at least 4")->required()->type_name("");
  exporting.add_option("TARGET", options->target, "a new file, or a folder (default: the working one)")->type_name("");
  add("verify", "Check every file against its name; exit code 6 when one is damaged.", verify_modules);
  CLI::App& clearing = add("gc", "Remove damaged modules and what belongs to them.", collect);
  clearing.add_flag("--dry-run", options->dry_run, "only say what would be removed");
  clearing
      .add_option("--unused-for", options->unused_days,
                  "also modules that no run has stored or used for so many days, unless used ones stand on them")
      ->type_name("DAYS")
      ->check(CLI::NonNegativeNumber);
}

}  // namespace gramstack::tool
