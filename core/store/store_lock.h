// The lock of a module store: writers share it, so that gc, which does not, sees no file that is being written.
#pragma once

#include <filesystem>

#include "store/files.h"

namespace gramstack {

/// Held as long as it lives; waits for it.
class StoreLock {
 public:
  enum class Kind { shared, exclusive };
  /// Makes the folder. Throws Error(resource) naming it when that or the lock fails.
  StoreLock(const std::filesystem::path& folder, Kind kind);

 private:
  Descriptor lock_;
};

/// Throws Error(resource) when it cannot be made.
void make_store_folder(const std::filesystem::path& folder);

}  // namespace gramstack
