#include "plugin/trust.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gramstack {
namespace {

/// root's id when it cannot be told.
uid_t owner_of_this_library() {
  Dl_info info{};
  struct stat status {};
  const void* const here = reinterpret_cast<const void*>(&trust_fault);
  if (dladdr(here, &info) == 0 || info.dli_fname == nullptr || stat(info.dli_fname, &status) != 0) return 0;
  return status.st_uid;
}

}  // namespace

Trusted trusted_here() { return {geteuid(), getegid(), owner_of_this_library()}; }

std::string permission_fault(mode_t mode, uid_t user, gid_t group, const Trusted& trusted) {
  if (user != 0 && user != trusted.user && user != trusted.owner_of_core)
    return fmt::format("refused: belongs to user {}, neither to you nor to root", user);
  if ((mode & S_IWOTH) != 0) return "refused: everybody may write it; run: chmod o-w";
  if ((mode & S_IWGRP) != 0 && group != 0 && group != trusted.group)
    return fmt::format("refused: group {} may write it; run: chmod g-w", group);
  return "";
}

std::string trust_fault(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return fmt::format("cannot be read: {}", std::strerror(errno));
  return permission_fault(status.st_mode, status.st_uid, status.st_gid, trusted_here());
}

}  // namespace gramstack
