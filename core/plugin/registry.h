// The components of all plugins found, by kind and name. An object owned by main; there is no global registry.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi.h"
#include "api/error.h"

namespace gramstack {

class Backbone;
class Kernel;
class Loss;
class Optimizer;
class Dataset;
class Device;

/// "backbone", "kernel", ...: as YAML keys and `gramstack help KIND/NAME` write them.
const char* name_of(gramstack_kind kind);

struct ComponentInfo {
  gramstack_kind kind{};
  std::string name;
  std::string summary;
  std::span<const gramstack_param> params;  ///< valid as long as the Registry
  std::string plugin, version;
  std::filesystem::path file;
};

/// Where plugins and data are searched, in order. Folders that do not exist are passed over.
struct SearchPaths {
  std::vector<std::filesystem::path> plugins;
  std::vector<std::filesystem::path> data;
  std::filesystem::path store = {};  ///< of modules; empty: there is none
};

/// From the options --plugin-path and --data-path (may be empty), GRAMSTACK_PLUGIN_PATH and GRAMSTACK_DATA (colon
/// separated), the user's data folder ($XDG_DATA_HOME/gramstack/{plugins,datasets}), the installation
/// (../lib/gramstack/plugins beside the executable) and, for data, every `datasets` folder of $XDG_DATA_DIRS.
/// Never the working directory; relative entries are refused.
/// The module store is `store_option`, GRAMSTACK_STORE, or $XDG_DATA_HOME/gramstack/modules.
SearchPaths search_paths(const std::vector<std::string>& plugin_options, const std::vector<std::string>& data_options,
                         const std::string& store_option = {});

/// How a library is tried out when it is seen for the first time.
struct HostOptions {
  std::filesystem::path verdicts;  ///< where libraries found good are remembered; empty: nowhere
  std::chrono::milliseconds probe_timeout{30000};
};

/// [one thread] to build; [any-thread] afterwards. Objects made by it stay usable after it is gone.
class Registry {
 public:
  /// Loads every *.so of the plugin folders. Throws Error(plugin) with one paragraph for each library at fault: all
  /// of them are reported together.
  explicit Registry(SearchPaths paths);  ///< verdicts in the user's cache folder
  Registry(SearchPaths paths, const HostOptions& options);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  const std::vector<ComponentInfo>& components() const;  ///< sorted by kind, then name
  const ComponentInfo* find(gramstack_kind kind, std::string_view name) const;
  std::vector<std::string> names(gramstack_kind kind) const;
  const SearchPaths& paths() const;

  /// Makes a component. values[i] belongs to info.params[i]. The object owns its library.
  /// Throws BadParameter when the component blames a parameter, else Error with the component's own code.
  template <class Interface>
  std::shared_ptr<Interface> make(const ComponentInfo& info, std::span<const gramstack_value> values) const {
    std::shared_ptr<void> object = make_object(info, values);
    return {object, static_cast<Interface*>(object.get())};
  }

 private:
  std::shared_ptr<void> make_object(const ComponentInfo& info, std::span<const gramstack_value> values) const;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gramstack
