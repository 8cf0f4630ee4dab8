// The user's store of frozen modules: a folder of module files named by their SHA-256, a note beside each on where it
// came from, and by recipe what a training gave.
//
//   FOLDER/HASH.safetensors   a module file
//   FOLDER/HASH.json          its note
//   FOLDER/recipes/ID.json    "modules": what was trained by the recipe with that fingerprint (training/reuse.h)
//   FOLDER/features/KEY       features that frozen modules gave (feature_cache.h)
//
// Files appear whole or not at all. Any number of processes may work in one store: they lock it while they add, and gc
// while it removes.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/module_file.h"

namespace gramstack {

/// What is known of a stored module beyond its file.
struct ModuleNote {
  std::string stored;                         ///< when: "2026-03-01T12:00:00Z", UTC
  std::string source;                         ///< "run NAME in FOLDER", "imported from FILE"
  bool end_to_end = false, together = false;  ///< trained so; else by itself
  /// Of the stack that it ends, as an output module; in [0, 1].
  std::optional<double> validation_accuracy, test_accuracy;
};

struct StoredModule {
  std::string hash;
  std::filesystem::path file;
  std::uintmax_t bytes = 0;
  ModuleFile module;   ///< without tensors
  ModuleNote note;     ///< empty texts: not known
  std::string defect;  ///< why the file's header cannot be read; "": it can
};

/// One thing that gc removes or would remove.
struct Garbage {
  std::filesystem::path file;
  std::uintmax_t bytes = 0;
  std::string reason;
};

struct CollectionOptions {
  bool dry_run = false;
  /// Also modules that no run has stored or used for so many days and that no other stored module stands on, and
  /// features that were not used for so long.
  std::optional<double> unused_days;
};

/// [one thread]; objects on the same folder, in any process, do not disturb each other.
class ModuleStore {
 public:
  static constexpr std::size_t kShortestPrefix = 4;

  /// A folder that does not exist is an empty store; it is made when the first module is put into it.
  explicit ModuleStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path file(const std::string& hash) const { return module_path(folder_, hash); }
  bool contains(const std::string& hash) const;

  /// The whole hash of the one module that starts with `prefix`. Throws Error(file): too short, no hash, unknown,
  /// ambiguous; the message lists what there is.
  std::string find(std::string_view prefix) const;
  ModuleFile read(const std::string& hash) const { return read_module_file(file(hash)); }
  StoredModule get(const std::string& hash) const;  ///< REQUIRES: contains(hash)
  std::vector<StoredModule> list() const;           ///< newest first
  std::vector<std::string> hashes() const;          ///< of all files, ascending

  /// Copies a module file into the store, replacing a damaged one; the note of one that is there stays. Returns its
  /// hash. Throws Error(file) when it is not an undamaged module file, Error(resource) when it cannot be written.
  std::string put(const std::filesystem::path& file, const ModuleNote& note);
  void set_note(const std::string& hash, const ModuleNote& note);
  void touch(const std::string& hash);  ///< used now

  /// What is known of a recipe, a JSON text; none: nothing.
  std::optional<std::string> recipe(const std::string& fingerprint) const;
  void put_recipe(const std::string& fingerprint, const std::string& json);
  std::vector<std::string> recipes() const;  ///< all texts

  /// Why the module cannot be used; "": its bytes hash to its name and are a module file.
  std::string defect(const std::string& hash) const;
  /// Removes damaged modules, recipes and notes whose module is gone, what interrupted writers left, and what the
  /// options say.
  std::vector<Garbage> collect_garbage(const CollectionOptions& options);

 private:
  std::filesystem::path note_file(const std::string& hash) const { return folder_ / (hash + ".json"); }
  std::filesystem::path recipe_folder() const { return folder_ / "recipes"; }
  ModuleNote note(const std::string& hash) const;
  std::string known() const;

  std::filesystem::path folder_;
};

/// Now, as ModuleNote::stored.
std::string utc_now();

/// The modules that `hash` stands on, the lowest first, and itself. Throws Error(file) naming what is missing.
std::vector<StoredSource> read_stack(const ModuleStore& store, const std::string& hash);

}  // namespace gramstack
