// First sight of an unknown library happens in a child process, so that one that crashes, hangs or exits costs a
// message and not the program.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace gramstack {

/// Loads the file, reads and checks its descriptor and closes it again, in a child. Returns "" when all went well,
/// otherwise what load_plugin() said, or for example "crashed while it was loaded (signal 11, Segmentation fault)".
/// What the library wrote to stderr before it died ends the message. Throws Error(resource) when there is no child.
std::string probe(const std::filesystem::path& file, std::chrono::milliseconds timeout);

}  // namespace gramstack
