#include "plugin/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "plugin/boundary.h"
#include "plugin/elf.h"
#include "plugin/plugin.h"
#include "plugin/probe.h"
#include "plugin/trust.h"
#include "plugin/verdicts.h"

namespace gramstack {
namespace {

namespace fs = std::filesystem;

std::string title(const gramstack_class& component) {
  return fmt::format("{} '{}'", name_of(component.kind), component.name);
}

ExitCode exit_code(std::int32_t code) {
  switch (const ExitCode known = static_cast<ExitCode>(code)) {
    case ExitCode::unexpected:
    case ExitCode::usage:
    case ExitCode::plugin:
    case ExitCode::data:
    case ExitCode::file:
    case ExitCode::numerical:
    case ExitCode::device:
    case ExitCode::resource:
    case ExitCode::check:
      return known;
    default:
      return ExitCode::configuration;
  }
}

[[noreturn]] void throw_fault(const gramstack_class& component, gramstack_error& error) {
  error.text[sizeof(error.text) - 1] = '\0';
  const std::string text = error.text[0] != '\0' ? error.text : "failed without saying why";
  if (error.param >= 0 && static_cast<std::size_t>(error.param) < component.n_params)
    throw BadParameter(component.params[error.param].name, text);
  throw Error(exit_code(error.code), fmt::format("{}: {}", title(component), text));
}

/// The libraries of the plugin folders, in order, each once however many ways lead to it; and what is wrong with them.
class Finder {
 public:
  std::vector<fs::path> files;
  std::vector<std::string> faults;

  void search(const fs::path& folder) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (error == std::errc::no_such_file_or_directory || !seen_.insert(real).second) return;
    std::vector<fs::path> entries;
    if (!error) entries = libraries(real, error);
    if (error) return add_fault(folder, "cannot be read: " + error.message());
    if (entries.empty()) return;
    if (!trusted(real)) return;
    for (const fs::path& entry : entries) add(entry);
  }

 private:
  void add_fault(const fs::path& path, const std::string& text) {
    faults.push_back(fmt::format("{}: {}", path.string(), text));
  }

  static std::vector<fs::path> libraries(const fs::path& folder, std::error_code& error) {
    std::vector<fs::path> entries;
    for (fs::directory_iterator it(folder, error); !error && it != fs::directory_iterator(); it.increment(error))
      if (it->path().extension() == ".so" && !it->path().filename().string().starts_with('.'))
        entries.push_back(it->path());
    std::sort(entries.begin(), entries.end());
    return entries;
  }

  bool trusted(const fs::path& path) {
    const std::string fault = trust_fault(path);
    if (!fault.empty()) add_fault(path, fault);
    return fault.empty();
  }

  /// A link is followed once, here: what is checked is what is loaded.
  void add(const fs::path& entry) {
    std::error_code error;
    const fs::path file = fs::canonical(entry, error);
    if (error) return add_fault(entry, "cannot be read: " + error.message());
    if (!seen_.insert(file).second) return;
    const fs::file_type type = fs::status(file, error).type();
    if (type == fs::file_type::directory) return add_fault(entry, "not a plugin: a folder");
    if (type != fs::file_type::regular) return add_fault(entry, "not a plugin: not a regular file");
    if (seen_.insert(file.parent_path()).second && !trusted(file.parent_path())) return;
    if (trusted(file)) files.push_back(file);
  }

  std::set<fs::path> seen_;
};

struct Component {
  const gramstack_class* description;
  Library library;
};

}  // namespace

const char* name_of(gramstack_kind kind) {
  constexpr const char* kNames[] = {"backbone", "kernel", "loss", "optimizer", "dataset", "device"};
  static_assert(std::size(kNames) == GRAMSTACK_KIND_COUNT);
  return kind >= 0 && kind < GRAMSTACK_KIND_COUNT ? kNames[kind] : "unknown";
}

struct Registry::State {
  explicit State(SearchPaths search) : paths(std::move(search)) {
    for (const fs::path& folder : paths.data) data_folders.push_back(folder.string());
    for (const std::string& folder : data_folders) data_pointers.push_back(folder.c_str());
  }

  using Key = std::pair<gramstack_kind, std::string>;

  SearchPaths paths;
  std::vector<std::string> data_folders;
  std::vector<const char*> data_pointers;
  std::map<Key, Component> classes;
  std::vector<ComponentInfo> infos;
  std::vector<std::string> faults;

  void load(const fs::path& file, const HostOptions& options);
  void index(const fs::path& file, const Plugin& plugin);
  fs::path file_of(const Key& key) const;
};

void Registry::State::load(const fs::path& file, const HostOptions& options) {
  const Verdicts verdicts(options.verdicts);
  std::string fault = elf_fault(file);
  const bool known = fault.empty() && verdicts.good(file);
  if (fault.empty() && !known) fault = probe(file, options.probe_timeout);
  try {
    if (fault.empty()) index(file, load_plugin(file));
  } catch (const Error& error) {
    fault = error.what();
  }
  if (!fault.empty())
    faults.push_back(fmt::format("{}: {}", file.string(), fault));
  else if (!known)
    verdicts.remember_good(file);
}

fs::path Registry::State::file_of(const Key& key) const {
  const auto same = [&](const ComponentInfo& info) { return info.kind == key.first && info.name == key.second; };
  return std::find_if(infos.begin(), infos.end(), same)->file;
}

void Registry::State::index(const fs::path& file, const Plugin& plugin) {
  const gramstack_plugin& descriptor = *plugin.descriptor;
  if ((descriptor.flags & GRAMSTACK_KEEP_LOADED) != 0) plugin.library.keep_loaded();
  std::vector<std::string> twice;
  for (const gramstack_class& one : std::span(descriptor.classes, descriptor.n_classes)) {
    const Key key{one.kind, one.name};
    if (!classes.try_emplace(key, Component{&one, plugin.library}).second)
      twice.push_back(fmt::format("gives {}, which {} gives too", title(one), file_of(key).string()));
    else
      infos.push_back(
          {one.kind, one.name, one.summary, {one.params, one.n_params}, descriptor.name, descriptor.version, file});
  }
  if (!twice.empty()) throw Error(ExitCode::plugin, fmt::format("{}; keep one of the files", fmt::join(twice, "\n  ")));
}

Registry::Registry(SearchPaths paths) : Registry(std::move(paths), HostOptions{verdict_folder()}) {}

Registry::Registry(SearchPaths paths, const HostOptions& options) : state_(std::make_unique<State>(std::move(paths))) {
  Finder finder;
  for (const fs::path& folder : state_->paths.plugins) finder.search(folder);
  state_->faults = finder.faults;
  for (const fs::path& file : finder.files) state_->load(file, options);
  if (!state_->faults.empty()) throw Error(ExitCode::plugin, fmt::format("{}", fmt::join(state_->faults, "\n")));
  std::sort(state_->infos.begin(), state_->infos.end(), [](const ComponentInfo& a, const ComponentInfo& b) {
    return std::tie(a.kind, a.name) < std::tie(b.kind, b.name);
  });
}

Registry::~Registry() = default;

const std::vector<ComponentInfo>& Registry::components() const { return state_->infos; }

const ComponentInfo* Registry::find(gramstack_kind kind, std::string_view name) const {
  for (const ComponentInfo& info : state_->infos)
    if (info.kind == kind && info.name == name) return &info;
  return nullptr;
}

std::vector<std::string> Registry::names(gramstack_kind kind) const {
  std::vector<std::string> names;
  for (const ComponentInfo& info : state_->infos)
    if (info.kind == kind) names.push_back(info.name);
  return names;
}

const SearchPaths& Registry::paths() const { return state_->paths; }

std::shared_ptr<void> Registry::make_object(const ComponentInfo& info, std::span<const gramstack_value> values) const {
  const auto found = state_->classes.find({info.kind, info.name});
  if (found == state_->classes.end())
    throw std::logic_error(fmt::format("no {} '{}' in this registry", name_of(info.kind), info.name));
  const gramstack_class& description = *found->second.description;
  if (values.size() != description.n_params)
    throw std::logic_error(
        fmt::format("{} takes {} values, got {}", title(description), description.n_params, values.size()));
  const gramstack_host host{sizeof(gramstack_host), state_->data_pointers.data(), state_->data_pointers.size()};
  gramstack_error error{-1, static_cast<std::int32_t>(ExitCode::configuration), ""};
  void* self = nullptr;
  const int result =
      across(title(description), [&] { return description.create(&host, values.data(), &self, &error); });
  if (result != 0) throw_fault(description, error);
  if (self == nullptr) throw Error(ExitCode::plugin, title(description) + ": made no object");
  // The deleter owns the library and its code is the core's: the object goes first, then its library.
  return {self, [library = found->second.library, destroy = description.destroy](void* object) { destroy(object); }};
}

}  // namespace gramstack
