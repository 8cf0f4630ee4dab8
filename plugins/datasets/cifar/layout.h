// The files of the binary versions of CIFAR-10 and CIFAR-100. A record is its label bytes, then 3 planes of 32x32.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gramstack {

struct CifarLayout {
  std::int64_t classes;
  std::vector<std::string> train, test;  ///< files, in order
  std::string names;                     ///< file with one class name a line; may be absent
  std::string folder, archive;           ///< official names
  std::int64_t label_bytes;              ///< the last of them is the class

  std::int64_t record() const { return label_bytes + 3 * 32 * 32; }
};

/// Throws BadParameter("variant") when it is neither 10 nor 100.
const CifarLayout& cifar_layout(std::int64_t variant);

}  // namespace gramstack
