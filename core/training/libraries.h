// The library files that components come from.
#pragma once

#include <dlfcn.h>

#include <cstring>
#include <memory>
#include <set>
#include <string>

#include "pipeline/pipeline.h"

namespace gramstack {

/// The files that hold the classes of components: where their vtables are.
class LibraryFiles {
 public:
  template <class Interface>
  void add(const std::shared_ptr<Interface>& component) {
    if (!component) return;
    const void* vtable = nullptr;
    std::memcpy(&vtable, static_cast<const void*>(component.get()), sizeof vtable);
    add_file_of(vtable);
  }
  void add_module(const ModuleSpec& module) {
    add(module.backbone);
    add(module.kernel);
    add(module.head);
    add(module.optimizer);
    for (const LossTerm& term : module.losses) add(term.loss);
  }
  void add_core() { add_file_of(reinterpret_cast<const void*>(&core_tables)); }
  const std::set<std::string>& files() const { return files_; }

 private:
  void add_file_of(const void* address) {
    Dl_info info{};
    if (::dladdr(address, &info) != 0 && info.dli_fname) files_.insert(info.dli_fname);
  }
  std::set<std::string> files_;
};

}  // namespace gramstack
