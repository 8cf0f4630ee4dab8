// A file of pairs: a line `i,j,same` or `i,j,different` for two training images by their numbers from 0. Lines that are
// empty or begin with # say nothing.
#pragma once

#include <filesystem>
#include <memory>

#include "pipeline/pair_labels.h"

namespace gramstack {

struct PairFile {
  std::filesystem::path path;  ///< absolute
  std::string sha256;
  std::int64_t count = 0;  ///< lines that say something
  PairLabels known;
};

/// Throws Error(data): FILE:LINE:COLUMN: error: ... for the first fault.
std::shared_ptr<const PairFile> read_pair_file(const std::filesystem::path& path, std::int64_t images, bool infer);

}  // namespace gramstack
