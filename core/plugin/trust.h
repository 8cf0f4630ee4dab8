// Whether a plugin file can be trusted: code that others can replace is not loaded.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace gramstack {

/// Who may write plugins: root, the user of this process, and the owner of the core library, whose code runs in this
/// process anyway.
struct Trusted {
  uid_t user;
  gid_t group;
  uid_t owner_of_core;
};
Trusted trusted_here();

/// Why something with this mode and owner is refused, "" when it is not: it belongs to somebody else, or everybody or
/// a group other than root's and the user's own may write it.
std::string permission_fault(mode_t mode, uid_t user, gid_t group, const Trusted& trusted);

/// The same of a file or folder.
std::string trust_fault(const std::filesystem::path& path);

}  // namespace gramstack
