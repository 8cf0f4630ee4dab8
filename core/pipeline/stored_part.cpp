#include "pipeline/stored_part.h"

#include <fmt/format.h>

#include <utility>

#include "pipeline/cut.h"

namespace gramstack {
namespace {

using config::Entry;
using config::Faults;
using config::Place;
using config::Tree;

/// What is at fault in a stored module is shown where the pipeline names it.
void move_to(Tree& node, const Place& place) {
  node.place = place;
  for (Tree& item : node.items) move_to(item, place);
  for (Entry& entry : node.entries) {
    entry.place = place;
    move_to(entry.value, place);
  }
}

class StoredReader {
 public:
  StoredReader(std::shared_ptr<const StoredSource> stored, const Place& place, const Reader& reader)
      : place_(place), reader_(reader) {
    part_.spec.stored = std::move(stored);
    Faults ignored("", "");
    node_ = config::parse(part_.spec.stored->module.pipeline, 0, ignored);
    move_to(node_, place);
  }

  ModulePart read(const std::string& name) {
    part_.spec.name = name;
    part_.spec.resolved = part_.spec.stored->module.pipeline;
    part_.owner = {fmt::format("module '{}'", name), place_, "key"};
    component("backbone", GRAMSTACK_BACKBONE, part_.backbone, part_.spec.backbone);
    section();
    if (part_.spec.stored->module.hidden) component("kernel", GRAMSTACK_KERNEL, part_.kernel, part_.spec.kernel);
    part_.has_kernel = part_.kernel.has_value();
    losses();
    return std::move(part_);
  }

 private:
  template <class Interface>
  void component(const char* key, gramstack_kind kind, std::optional<Typed>& typed,
                 std::shared_ptr<Interface>& object) {
    const Entry* entry = node_.kind == Tree::Kind::mapping ? node_.find(key) : nullptr;
    if (!entry)
      return reader_.faults.add(place_,
                                fmt::format("{}: module file {} does not say what its {} is", part_.owner.name,
                                            part_.spec.stored->file.string(), key),
                                ExitCode::file);
    typed = read_typed(entry->value, components(reader_.registry, kind), {}, reader_.faults);
    object = make<Interface>(reader_.registry, kind, typed, reader_.faults);
  }

  void section() {
    const Entry* entry = node_.kind == Tree::Kind::mapping ? node_.find("section") : nullptr;
    if (entry) read_section(*entry, part_, reader_);
  }

  // The loss only serves to measure the objective: one that is not found, or was on a head, is done without.
  void losses() {
    const Entry* entry = node_.kind == Tree::Kind::mapping ? node_.find("loss") : nullptr;
    if (!entry || node_.find("head")) return;
    std::vector<Tree> items{entry->value};
    if (entry->value.kind == Tree::Kind::sequence) items = entry->value.items;
    Faults ignored("", "");
    for (const Tree& item : items) {
      std::optional<LossPart> loss = read_loss(item, {reader_.registry, ignored});
      if (!loss || !loss->term.loss || !loss->typed.beside.ok()) return part_.spec.losses.clear();
      part_.spec.losses.push_back(std::move(loss->term));
    }
  }

  const Place place_;
  const Reader& reader_;
  Tree node_;
  ModulePart part_;
};

}  // namespace

ModulePart stored_part(std::shared_ptr<const StoredSource> stored, const std::string& name, const Place& place,
                       const Reader& reader) {
  return StoredReader(std::move(stored), place, reader).read(name);
}

ModuleSpec stored_module(std::shared_ptr<const StoredSource> stored, const std::string& name,
                         const Registry& registry) {
  Faults faults("", "");
  Place place;
  place.source = faults.add_source("module file " + stored->file.string());
  ModulePart part = stored_part(std::move(stored), name, place, {registry, faults});
  faults.throw_if_any();
  return std::move(part.spec);
}

}  // namespace gramstack
