#include "source.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "api/error.h"
#include "files/locate.h"

namespace gramstack {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargestEntry = std::int64_t{1} << 30;

[[noreturn]] void fail(const fs::path& file, const std::string& what) {
  throw Error(ExitCode::data, fmt::format("{}: {}", file.string(), what));
}

std::vector<std::string> required(const CifarLayout& layout) {
  std::vector<std::string> names = layout.train;
  names.insert(names.end(), layout.test.begin(), layout.test.end());
  return names;
}

bool wanted(const CifarLayout& layout, const std::string& name) {
  const std::vector<std::string> names = required(layout);
  return name == layout.names || std::find(names.begin(), names.end(), name) != names.end();
}

struct Free {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
using Archive = std::unique_ptr<archive, Free>;

/// libarchive's own words for what went wrong.
std::string reason(const Archive& handle) {
  const char* const text = archive_error_string(handle.get());
  return fmt::format("cannot be read as an archive: {}", text ? text : "unknown format");
}

Archive open_archive(const fs::path& file) {
  Archive handle(archive_read_new());
  archive_read_support_filter_all(handle.get());
  archive_read_support_format_tar(handle.get());
  if (archive_read_open_filename(handle.get(), file.c_str(), std::size_t{1} << 20) != ARCHIVE_OK)
    fail(file, reason(handle));
  return handle;
}

Bytes read_entry(const fs::path& file, const Archive& handle, archive_entry* entry, const std::string& name) {
  const std::int64_t size = archive_entry_size(entry);
  if (size < 0 || size > kLargestEntry)
    fail(file, fmt::format("{} is given as {} bytes, more than the {} that are read", name, size, kLargestEntry));
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const la_ssize_t got = archive_read_data(handle.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0) fail(file, reason(handle));
    if (got == 0) fail(file, fmt::format("{} ends after {} of its {} bytes", name, filled, size));
    filled += static_cast<std::size_t>(got);
  }
  return Bytes(std::move(bytes));
}

CifarFiles read_archive(const fs::path& file, const CifarLayout& layout) {
  CifarFiles result{file, {}};
  const Archive handle = open_archive(file);
  archive_entry* entry = nullptr;
  int code = ARCHIVE_OK;
  while ((code = archive_read_next_header(handle.get(), &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN) {
    const char* const path = archive_entry_pathname(entry);
    const std::string name = path ? fs::path(path).filename().string() : "";
    if (archive_entry_filetype(entry) != AE_IFREG || !wanted(layout, name)) continue;
    result.files[name] = read_entry(file, handle, entry, name);
  }
  if (code != ARCHIVE_EOF) fail(file, reason(handle));
  return result;
}

CifarFiles read_folder(const fs::path& folder, const CifarLayout& layout) {
  CifarFiles result{folder, {}};
  for (const std::string& name : required(layout))
    if (fs::exists(folder / name)) result.files[name] = Bytes::map(folder / name);
  if (fs::exists(folder / layout.names)) result.files[layout.names] = Bytes::map(folder / layout.names);
  return result;
}

/// The folder or archive itself, given one that may hold it.
fs::path resolved(const fs::path& place, const CifarLayout& layout) {
  if (!fs::is_directory(place) || fs::exists(place / layout.train.front())) return place;
  for (const std::string& name : {layout.folder, layout.archive})
    if (fs::exists(place / name)) return place / name;
  return place;
}

}  // namespace

std::string CifarFiles::described(const std::string& name) const {
  return fs::is_directory(place) ? (place / name).string() : fmt::format("{}: {}", place.string(), name);
}

CifarFiles read_cifar(const fs::path& given, const CifarLayout& layout) {
  const fs::path place = resolved(given, layout);
  CifarFiles result = fs::is_directory(place) ? read_folder(place, layout) : read_archive(place, layout);
  std::vector<std::string> missing;
  for (const std::string& name : required(layout))
    if (!result.files.contains(name)) missing.push_back(name);
  if (!missing.empty())
    fail(place, fmt::format("lacks {} of the binary version of CIFAR-{}", listed(missing), layout.classes));
  return result;
}

}  // namespace gramstack
