#include "plugin/verdicts.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "build_id.h"
#include "plugin/folders.h"

namespace gramstack {
namespace {

namespace fs = std::filesystem;

/// FNV-1a. A collision costs a probe, no more: the file's text is compared as a whole.
std::uint64_t digest(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

fs::path verdict_file(const fs::path& folder, const fs::path& library) {
  return folder / fmt::format("{:016x}.ok", digest(library.string()));
}

/// What must be unchanged for a verdict to hold; "" when the library cannot be looked at.
std::string identity(const fs::path& library) {
  struct stat status {};
  if (stat(library.c_str(), &status) != 0) return "";
  return fmt::format("{}\n{} bytes, inode {}, modified {}.{:09}, changed {}.{:09}\ncore {} {}\n", library.string(),
                     status.st_size, status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                     status.st_ctim.tv_sec, status.st_ctim.tv_nsec, GRAMSTACK_VERSION, GRAMSTACK_BUILD_ID);
}

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool write(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  return !stream.fail();
}

}  // namespace

bool Verdicts::good(const fs::path& library) const {
  if (folder_.empty()) return false;
  const std::string wanted = identity(library);
  return !wanted.empty() && content(verdict_file(folder_, library)) == wanted;
}

void Verdicts::remember_good(const fs::path& library) const {
  if (folder_.empty()) return;
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
  const fs::path file = verdict_file(folder_, library);
  const fs::path draft = fmt::format("{}.{}", file.string(), getpid());
  if (write(draft, identity(library))) fs::rename(draft, file, ignored);
  fs::remove(draft, ignored);
}

fs::path verdict_folder() {
  const fs::path cache = user_folder("XDG_CACHE_HOME", ".cache");
  return cache.empty() ? cache : cache / "gramstack/plugins";
}

}  // namespace gramstack
