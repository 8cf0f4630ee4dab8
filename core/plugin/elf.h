// A shared library's bytes, checked before the loader sees them: dlopen of a truncated file ends in SIGBUS, not in an
// error.
#pragma once

#include <filesystem>
#include <string>

namespace gramstack {

/// Why the file cannot be a complete shared library for this machine, "" when it may be one. Checks magic, class, byte
/// order, type and machine, and that all segments and the section table lie inside the file.
std::string elf_fault(const std::filesystem::path& file);

}  // namespace gramstack
