// A plugin in this process: its library and its checked descriptor.
#pragma once

#include <filesystem>

#include "abi.h"
#include "plugin/library.h"

namespace gramstack {

struct Plugin {
  Library library;
  const gramstack_plugin* descriptor;  ///< valid as long as the library
};

/// Opens, compares the stamp, checks the descriptor. Throws Error(plugin) without the file's name.
Plugin load_plugin(const std::filesystem::path& file);

}  // namespace gramstack
