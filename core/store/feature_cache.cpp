#include "store/feature_cache.h"

#include <algorithm>
#include <cstring>

#include "api/error.h"
#include "store/files.h"
#include "store/sha256.h"
#include "store/store_lock.h"

namespace gramstack {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigits = 64;  // of a SHA-256

struct Kept {
  fs::path file;
  fs::file_time_type used;
  std::uintmax_t bytes = 0;
};

/// The longest unused first. Files that vanish meanwhile are left out.
std::vector<Kept> tables_of(const fs::path& folder) {
  std::vector<Kept> tables;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const Kept table{entry.path(), entry.last_write_time(error), error ? 0 : entry.file_size(error)};
    if (!error) tables.push_back(table);
  }
  std::sort(tables.begin(), tables.end(), [](const Kept& a, const Kept& b) { return a.used < b.used; });
  return tables;
}

}  // namespace

FeatureCache::FeatureCache(const fs::path& store, std::uintmax_t most_bytes)
    : folder_(store.empty() ? fs::path() : store / "features"), most_bytes_(most_bytes) {}

std::optional<std::vector<float>> FeatureCache::find(const std::string& key) const {
  std::error_code error;
  if (!keeps() || !fs::is_regular_file(folder_ / key, error)) return std::nullopt;
  try {
    const std::vector<std::byte> bytes = read_file(folder_ / key);
    if (bytes.size() < kDigits || (bytes.size() - kDigits) % sizeof(float) != 0) return std::nullopt;
    const std::span<const std::byte> rows = std::span(bytes).subspan(kDigits);
    if (std::memcmp(bytes.data(), sha256(rows).data(), kDigits) != 0) return std::nullopt;
    std::vector<float> table(rows.size() / sizeof(float));
    std::memcpy(table.data(), rows.data(), rows.size());
    fs::last_write_time(folder_ / key, fs::file_time_type::clock::now(), error);
    return table;
  } catch (const Error&) {
    return std::nullopt;
  }
}

void FeatureCache::put(const std::string& key, std::span<const float> rows) const {
  if (!keeps() || rows.size_bytes() + kDigits > most_bytes_) return;
  const std::span<const std::byte> bytes = std::as_bytes(rows);
  const std::string digest = sha256(bytes);
  std::vector<std::byte> file(kDigits + bytes.size());
  std::memcpy(file.data(), digest.data(), kDigits);
  std::memcpy(file.data() + kDigits, bytes.data(), bytes.size());
  try {
    const StoreLock lock(folder_.parent_path(), StoreLock::Kind::shared);
    std::error_code error;
    fs::create_directories(folder_, error);
    make_room(file.size());
    write_among_others(folder_ / key, file);
  } catch (const Error&) {  // A full disk costs the table, not the run.
  }
}

void FeatureCache::make_room(std::uintmax_t bytes) const {
  const std::vector<Kept> tables = tables_of(folder_);
  std::uintmax_t total = bytes;
  for (const Kept& table : tables) total += table.bytes;
  for (const Kept& table : tables) {
    if (total <= most_bytes_) break;
    std::error_code error;
    fs::remove(table.file, error);
    total -= table.bytes;
  }
}

}  // namespace gramstack
