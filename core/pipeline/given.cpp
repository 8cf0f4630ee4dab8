#include "pipeline/given.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/quote.h"
#include "pipeline/stored_part.h"
#include "store/files.h"
#include "store/module_store.h"
#include "store/sha256.h"

namespace gramstack {
namespace {

namespace fs = std::filesystem;

using config::Entry;
using config::Owner;
using config::Place;
using config::Tree;

constexpr std::size_t kDigits = 64;

bool is_path(const std::string& from) { return from.find_first_of("/.") != std::string::npos; }

/// A file under any name; a name that is a hash must be the right one.
StoredSource read_named(const fs::path& file) {
  if (file.stem().string().size() == kDigits) return {file.stem().string(), file, read_module_file(file)};
  const std::vector<std::byte> bytes = read_file(file);
  return {sha256(bytes), file, module_of_bytes(bytes, file.string())};
}

/// The module files of a run lie beside its resolved pipeline, which so needs no store.
StoredSource read_source(const std::string& from, const Reader& reader) {
  if (is_path(from)) return read_named(reader.folder / from);
  const fs::path beside = module_path(reader.folder / "modules", from);
  if (from.size() == kDigits && fs::exists(beside)) return {from, beside, read_module_file(beside)};
  const fs::path& folder = reader.registry.paths().store;
  if (folder.empty())
    throw Error(ExitCode::file,
                fmt::format("module {}: there is no module store to find it in: give --store FOLDER, or "
                            "set GRAMSTACK_STORE or HOME",
                            quote(from)));
  const ModuleStore store(folder);
  const std::string hash = store.find(from);
  return {hash, store.file(hash), store.read(hash)};
}

/// The keys of a module that is trained.
void check_keys_of_given(const Tree& node, const Owner& owner, const Reader& reader) {
  const std::vector<std::string> keys = names_of(core_table("module"));
  Tree unknown = node;
  std::erase_if(unknown.entries, [&](const Entry& entry) {
    const bool is_other =
        entry.key != "module" && entry.key != "from" && std::find(keys.begin(), keys.end(), entry.key) != keys.end();
    if (is_other)
      reader.faults.add(entry.place, fmt::format("{} comes 'from' a stored module and is not trained: it takes no '{}'",
                                                 owner.name, entry.key));
    return is_other;
  });
  check_keys(unknown, owner, std::vector<std::string>{"module", "from"}, reader.faults);
}

Owner owner_of_given(const Tree& node, const Reader& reader) {
  const Entry* name = node.find("module");
  if (!name) reader.faults.add(node.place, "a module needs 'module' (its name: letters, digits, - and _)");
  const Owner owner = module_owner(node);
  if (!name || name->value.kind != Tree::Kind::scalar) return owner;
  check_module_name(name->value.text, owner, reader.faults);
  return owner;
}

/// Null after a fault.
std::shared_ptr<const StoredSource> find_source(const Tree& from, const Reader& reader) {
  if (from.kind == Tree::Kind::invalid) return nullptr;
  try {
    if (from.kind == Tree::Kind::scalar && !from.text.empty())
      return std::make_shared<StoredSource>(read_source(from.text, reader));
    reader.faults.add(from.place,
                      fmt::format("'from' expects the first digits of a stored module's hash, or a module file, got {}",
                                  describe(from)));
  } catch (const Error& error) {
    reader.faults.add(from.place, error.what(), error.code());
  }
  return nullptr;
}

}  // namespace

ModulePart read_given(const Tree& node, const Reader& reader) {
  const Entry* name = node.find("module");
  const Entry& from = *node.find("from");
  ModulePart part;
  if (name && name->value.kind == Tree::Kind::scalar) part.spec.name = name->value.text;
  part.owner = owner_of_given(node, reader);
  part.is_given = true;
  part.given = from.value.place;
  check_keys_of_given(node, part.owner, reader);
  const std::shared_ptr<const StoredSource> source = find_source(from.value, reader);
  if (!source) return part;
  ModulePart found = stored_part(source, part.spec.name, part.given, reader);
  found.owner = part.owner;
  found.is_given = true;
  found.given = part.given;
  found.resolved.kind = Tree::Kind::mapping;
  if (name) found.resolved.entries.push_back({"module", name->place, name->value});
  found.resolved.entries.push_back({"from", from.place, config::scalar_at(from.value.place, source->hash)});
  return found;
}

void check_given(const std::vector<ModulePart>& stack, config::Faults& faults) {
  std::vector<std::string> below;
  bool above_trained = false;
  for (const ModulePart& part : stack) {
    if (!part.is_given) {
      above_trained = true;
      continue;
    }
    if (!part.spec.stored) return;
    const ModuleFile& module = part.spec.stored->module;
    if (!module.hidden)
      faults.add(part.given, fmt::format("{} is stored as an output module, which gives scores of the classes that it "
                                         "was trained on; a stack starts from hidden ones",
                                         part.owner.name));
    else if (above_trained)
      faults.add(part.given,
                 fmt::format("{} stands above a module that is trained; stored modules come first", part.owner.name));
    else if (module.parents != below)
      faults.add(part.given, fmt::format("{} was trained on {}, not on what is below it here", part.owner.name,
                                         module.parents.empty() ? "images"
                                                                : fmt::format("the outputs of module {}",
                                                                              short_hash(module.parents.back()))));
    below.push_back(part.spec.stored->hash);
  }
  if (!stack.empty() && stack.back().spec.stored && stack.back().spec.stored->module.hidden)
    faults.add(stack.back().given, fmt::format("{} is the last one, the output module, which must be trained; put it "
                                               "above stored ones",
                                               stack.back().owner.name));
}

void check_given_data(const DataPart& data, const std::vector<ModulePart>& stack, config::Faults& faults) {
  if (stack.empty() || !stack.front().spec.stored) return;
  const ModulePart& lowest = stack.front();
  const ImageFormat format = data.spec.dataset->format();
  const Shape images{format.channels, format.height, format.width}, trained = lowest.spec.stored->module.input;
  if (lowest.spec.stored->module.parents.empty() && trained != images)
    faults.add(lowest.given, fmt::format("{} was trained on images of {}; those of the data set are {}",
                                         lowest.owner.name, extents(trained), extents(images)));
  const auto refuse = [&](const char* key, const std::vector<double>& values) {
    if (values.empty()) return;
    faults.add(data.typed->beside.place(key),
               fmt::format("images are normalised as {} was trained; leave out '{}'", lowest.owner.name, key));
  };
  refuse("mean", data.spec.mean);
  refuse("deviation", data.spec.deviation);
}

}  // namespace gramstack
