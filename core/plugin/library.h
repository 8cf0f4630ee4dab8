// An opened shared library; the only user of Boost.DLL.
#pragma once

#include <filesystem>
#include <memory>

namespace gramstack {

/// Copies share one opening; the last one to go closes it. [any-thread]
class Library {
 public:
  /// Opens with all symbols bound at once and none given to other libraries. Runs the file's static constructors.
  /// Throws Error(plugin) with the loader's own text: "cannot be loaded: undefined symbol: ...".
  explicit Library(const std::filesystem::path& file);

  /// The address of an exported symbol; nullptr: there is none.
  const void* find(const char* symbol) const;

  /// Never closes this opening: for libraries that own threads or a device runtime.
  void keep_loaded() const;

 private:
  struct Handle;
  std::shared_ptr<Handle> handle_;
};

}  // namespace gramstack
