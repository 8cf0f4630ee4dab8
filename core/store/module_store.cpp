#include "store/module_store.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/error.h"
#include "config/quote.h"
#include "store/files.h"
#include "store/sha256.h"
#include "store/store_lock.h"

namespace gramstack {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigits = 64, kMostShown = 8;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::vector<std::string> stems(const fs::path& folder, const char* extension) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() == extension && stem.size() == kDigits && is_hex(stem)) names.push_back(stem);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string short_text(const StoredModule& stored) {
  return fmt::format("{} {}", short_hash(stored.hash), stored.defect.empty() ? stored.module.module : "damaged");
}

std::string listed(const std::vector<StoredModule>& modules) {
  std::string text;
  for (std::size_t i = 0; i < std::min(modules.size(), kMostShown); ++i)
    text += (text.empty() ? "" : ", ") + short_text(modules[i]);
  if (modules.size() > kMostShown) text += fmt::format(" and {} more", modules.size() - kMostShown);
  return text;
}

nlohmann::json number_json(const std::optional<double>& number) {
  return number ? nlohmann::json(*number) : nlohmann::json();
}

std::string text_of(const ModuleNote& note) {
  return nlohmann::json{{"stored", note.stored},
                        {"source", note.source},
                        {"end_to_end", note.end_to_end},
                        {"together", note.together},
                        {"validation_accuracy", number_json(note.validation_accuracy)},
                        {"test_accuracy", number_json(note.test_accuracy)}}
             .dump(2) +
         "\n";
}

/// A note is a help for people: one that cannot be read is as good as none.
ModuleNote note_of(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  ModuleNote note;
  const auto take = [&json](const char* key, auto& value) {
    using Type = std::decay_t<decltype(value)>;
    if (!json.is_object() || !json.contains(key) || json[key].is_null()) return;
    if constexpr (std::is_same_v<Type, std::optional<double>>) {
      if (json[key].is_number()) value = json[key].template get<double>();
    } else if constexpr (std::is_same_v<Type, bool>) {
      if (json[key].is_boolean()) value = json[key].template get<bool>();
    } else if (json[key].is_string()) {
      value = json[key].template get<std::string>();
    }
  };
  take("stored", note.stored);
  take("source", note.source);
  take("end_to_end", note.end_to_end);
  take("together", note.together);
  take("validation_accuracy", note.validation_accuracy);
  take("test_accuracy", note.test_accuracy);
  return note;
}

}  // namespace

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

bool ModuleStore::contains(const std::string& hash) const {
  std::error_code error;
  return hash.size() == kDigits && is_hex(hash) && fs::is_regular_file(file(hash), error);
}

std::vector<std::string> ModuleStore::hashes() const { return stems(folder_, ".safetensors"); }

std::string ModuleStore::known() const {
  const std::vector<StoredModule> all = list();
  if (all.empty()) return fmt::format("the module store {} is empty", folder_.string());
  return fmt::format("the module store {} holds {}", folder_.string(), listed(all));
}

std::string ModuleStore::find(std::string_view prefix) const {
  const std::string wanted = lower(prefix);
  const auto fail = [&](const std::string& what) {
    throw Error(ExitCode::file, fmt::format("module {}: {}", quote(prefix), what));
  };
  if (!is_hex(wanted) || wanted.size() > kDigits)
    fail(fmt::format("a hash has up to {} of the digits 0-9 and a-f; {}", kDigits, known()));
  if (wanted.size() < kShortestPrefix)
    fail(fmt::format("at least {} digits of a hash are needed; {}", kShortestPrefix, known()));
  std::vector<std::string> found = hashes();
  std::erase_if(found, [&](const std::string& hash) { return !hash.starts_with(wanted); });
  if (found.empty()) fail("there is none; " + known());
  if (found.size() == 1) return found.front();
  std::vector<StoredModule> modules;
  for (const std::string& hash : found) modules.push_back(get(hash));
  fail(fmt::format("there are {} of them in the module store {}: {}; give more digits", found.size(), folder_.string(),
                   listed(modules)));
  return {};
}

ModuleNote ModuleStore::note(const std::string& hash) const {
  std::error_code error;
  if (!fs::is_regular_file(note_file(hash), error)) return {};
  return note_of(read_text(note_file(hash)));
}

StoredModule ModuleStore::get(const std::string& hash) const {
  StoredModule stored;
  stored.hash = hash;
  stored.file = file(hash);
  std::error_code error;
  stored.bytes = fs::file_size(stored.file, error);
  if (error) stored.bytes = 0;
  stored.note = note(hash);
  try {
    stored.module = read_module_header(stored.file);
  } catch (const Error& failure) {
    stored.defect = failure.what();
  }
  return stored;
}

std::vector<StoredModule> ModuleStore::list() const {
  std::vector<StoredModule> all;
  for (const std::string& hash : hashes()) all.push_back(get(hash));
  std::stable_sort(all.begin(), all.end(),
                   [](const StoredModule& a, const StoredModule& b) { return a.note.stored > b.note.stored; });
  return all;
}

std::string ModuleStore::put(const fs::path& source, const ModuleNote& note) {
  const std::vector<std::byte> bytes = read_file(source);
  const std::string hash = sha256(bytes);
  module_of_bytes(bytes, source.string());
  const StoreLock lock(folder_, StoreLock::Kind::shared);
  std::error_code error;
  if (!contains(hash) || sha256_of_file(file(hash)) != hash) write_among_others(file(hash), bytes);
  if (!fs::exists(note_file(hash), error)) write_among_others(note_file(hash), text_of(note));
  touch(hash);
  return hash;
}

void ModuleStore::set_note(const std::string& hash, const ModuleNote& note) {
  const StoreLock lock(folder_, StoreLock::Kind::shared);
  if (contains(hash)) write_among_others(note_file(hash), text_of(note));
}

// The file's time of change says when it was last used: writing it is no reason to fail.
void ModuleStore::touch(const std::string& hash) {
  std::error_code ignored;
  fs::last_write_time(file(hash), fs::file_time_type::clock::now(), ignored);
}

std::optional<std::string> ModuleStore::recipe(const std::string& fingerprint) const {
  const fs::path file = recipe_folder() / (fingerprint + ".json");
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return std::nullopt;
  return read_text(file);
}

void ModuleStore::put_recipe(const std::string& fingerprint, const std::string& json) {
  const StoreLock lock(folder_, StoreLock::Kind::shared);
  make_store_folder(recipe_folder());
  write_among_others(recipe_folder() / (fingerprint + ".json"), json);
}

std::vector<std::string> ModuleStore::recipes() const {
  std::vector<std::string> texts;
  for (const std::string& fingerprint : stems(recipe_folder(), ".json"))
    if (const std::optional<std::string> text = recipe(fingerprint)) texts.push_back(*text);
  return texts;
}

std::string ModuleStore::defect(const std::string& hash) const {
  try {
    read(hash);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<StoredSource> read_stack(const ModuleStore& store, const std::string& hash) {
  if (!store.contains(hash)) store.find(hash);
  StoredSource top{hash, store.file(hash), store.read(hash)};
  std::vector<StoredSource> stack;
  for (const std::string& parent : top.module.parents) {
    if (!store.contains(parent))
      throw Error(ExitCode::file,
                  fmt::format("module {} ({}) stands on module {}, which the module store {} lacks", short_hash(hash),
                              top.module.module, short_hash(parent), store.folder().string()));
    stack.push_back({parent, store.file(parent), store.read(parent)});
  }
  stack.push_back(std::move(top));
  return stack;
}

}  // namespace gramstack
