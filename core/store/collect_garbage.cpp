// Removing from a module store what cannot be used or, on request, has not been.
#include <fmt/core.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "api/error.h"
#include "store/module_store.h"
#include "store/store_lock.h"

namespace gramstack {
namespace {

namespace fs = std::filesystem;
using Hashes = std::set<std::string>;

std::uintmax_t size_of(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(file, error);
  return error ? 0 : bytes;
}

double days_unused(const fs::path& file) {
  std::error_code error;
  const fs::file_time_type time = fs::last_write_time(file, error);
  if (error) return 0;
  return std::chrono::duration<double, std::ratio<86400>>(fs::file_time_type::clock::now() - time).count();
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (entry.is_regular_file(error)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class Collection {
 public:
  Collection(const ModuleStore& store, const CollectionOptions& options) : store_(store), options_(options) {
    for (const std::string& hash : store.hashes()) keep_.insert(hash);
  }

  std::vector<Garbage> find() {
    damaged();
    if (options_.unused_days) unused(*options_.unused_days);
    look_into(store_.folder(), &Collection::note);
    look_into(store_.folder() / "recipes", &Collection::recipe);
    look_into(store_.folder() / "features", &Collection::features);
    return std::move(garbage_);
  }

 private:
  void add(const fs::path& file, std::string reason) { garbage_.push_back({file, size_of(file), std::move(reason)}); }

  void damaged() {
    for (const std::string& hash : store_.hashes()) {
      if (store_.defect(hash).empty()) continue;
      keep_.erase(hash);
      add(store_.file(hash), "damaged");
    }
  }

  void unused(double days) {
    Hashes needed;
    for (const std::string& hash : keep_) {
      if (days_unused(store_.file(hash)) >= days) continue;
      needed.insert(hash);
      for (const std::string& parent : store_.get(hash).module.parents) needed.insert(parent);
    }
    for (const std::string& hash : Hashes(keep_)) {
      if (needed.contains(hash)) continue;
      keep_.erase(hash);
      add(store_.file(hash), fmt::format("not used for {:.0f} days", days_unused(store_.file(hash))));
    }
  }

  void look_into(const fs::path& folder, void (Collection::*check)(const fs::path& file)) {
    for (const fs::path& file : files_of(folder))
      if (file.extension() == ".tmp")
        add(file, "left by an interrupted writer");
      else
        (this->*check)(file);
  }

  void note(const fs::path& file) {
    if (file.extension() == ".json" && !keep_.contains(file.stem().string())) add(file, "its module is gone");
  }

  void features(const fs::path& file) {
    if (const double days = days_unused(file); options_.unused_days && days >= *options_.unused_days)
      add(file, fmt::format("features, not used for {:.0f} days", days));
  }

  void recipe(const fs::path& file) {
    const std::optional<std::string> text = store_.recipe(file.stem().string());
    const nlohmann::json json = nlohmann::json::parse(text.value_or(""), nullptr, false);
    if (!json.is_object() || !json.contains("modules") || !json["modules"].is_array()) return add(file, "damaged");
    for (const nlohmann::json& hash : json["modules"])
      if (!hash.is_string() || !keep_.contains(hash.get<std::string>())) return add(file, "its module is gone");
  }

  const ModuleStore& store_;
  const CollectionOptions& options_;
  Hashes keep_;
  std::vector<Garbage> garbage_;
};

}  // namespace

std::vector<Garbage> ModuleStore::collect_garbage(const CollectionOptions& options) {
  std::error_code error;
  if (!fs::is_directory(folder_, error)) return {};
  const StoreLock lock(folder_, StoreLock::Kind::exclusive);
  std::vector<Garbage> garbage = Collection(*this, options).find();
  if (options.dry_run) return garbage;
  for (const Garbage& item : garbage) {
    fs::remove(item.file, error);
    if (error)
      throw Error(ExitCode::resource, fmt::format("cannot remove {}: {}", item.file.string(), error.message()));
  }
  return garbage;
}

}  // namespace gramstack
