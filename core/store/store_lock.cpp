#include "store/store_lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

#include "api/error.h"

namespace gramstack {

void make_store_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw Error(ExitCode::resource,
                fmt::format("cannot make the module store {}: {}", folder.string(), error.message()));
}

StoreLock::StoreLock(const std::filesystem::path& folder, Kind kind) {
  make_store_folder(folder);
  lock_ = Descriptor(::open((folder / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  int result = lock_.number() < 0 ? -1 : ::flock(lock_.number(), kind == Kind::shared ? LOCK_SH : LOCK_EX);
  while (result != 0 && errno == EINTR) result = ::flock(lock_.number(), kind == Kind::shared ? LOCK_SH : LOCK_EX);
  if (result != 0)
    throw Error(ExitCode::resource,
                fmt::format("cannot lock the module store {}: {}", folder.string(), strerror(errno)));
}

}  // namespace gramstack
