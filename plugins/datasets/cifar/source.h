// The files of a data set, from a folder or straight from a tar archive.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "files/bytes.h"
#include "layout.h"

namespace gramstack {

struct CifarFiles {
  std::filesystem::path place;  ///< the folder or archive
  std::map<std::string, Bytes> files;

  /// What messages call a file: "FOLDER/test_batch.bin", "ARCHIVE: test_batch.bin".
  std::string described(const std::string& name) const;
};

/// `place` is the data set's folder, a folder that holds the official folder or archive, or an archive (tar, also
/// compressed), which is read without unpacking it to disk. Throws Error(data).
CifarFiles read_cifar(const std::filesystem::path& place, const CifarLayout& layout);

}  // namespace gramstack
