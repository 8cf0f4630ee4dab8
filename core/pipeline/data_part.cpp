#include <fmt/format.h>

#include <set>

#include "pipeline/class_subset.h"
#include "pipeline/parts.h"

namespace gramstack {
namespace {

using config::Entry;
using config::Tree;

void apply(const Typed& typed, DataPart& part) {
  using Flip = Augmentation::Flip;
  if (typed.type == "flip")
    part.spec.augment.flip = typed.own.value("mode").integer == 1 ? Flip::alternating : Flip::random;
  if (typed.type != "crop") return;
  part.spec.augment.crop_padding = typed.own.value("padding").integer;
  part.padding = typed.own.place("padding");
}

void read_augmentation(const Tree& item, std::set<std::string>& seen, DataPart& part, const Reader& reader) {
  const std::optional<Typed> typed = read_typed(item, core_alternatives("augment"), {}, reader.faults);
  if (!typed) return;
  if (!seen.insert(typed->type).second)
    reader.faults.add(typed->owner.place, fmt::format("'augment' has a second '{}'; keep one", typed->type));
  if (typed->own.ok()) apply(*typed, part);
  part.resolved.entries.back().value.items.push_back(typed->resolved);
}

void read_augmentations(const Entry* entry, DataPart& part, const Reader& reader) {
  Tree list;
  list.kind = Tree::Kind::sequence;
  list.place.source = config::Place::kDefault;
  if (entry) list.place = entry->value.place;
  part.resolved.entries.push_back({"augment", list.place, list});
  if (!entry || entry->value.kind == Tree::Kind::invalid) return;
  if (entry->value.kind != Tree::Kind::sequence)
    return reader.faults.add(
        entry->value.place,
        fmt::format("'augment' expects a list such as [{{type: flip}}], got {}", describe(entry->value)));
  std::set<std::string> seen;
  for (const Tree& item : entry->value.items) read_augmentation(item, seen, part, reader);
}

/// The path is kept absolute, so that a run can be resumed from its folder.
void read_pairs(DataPart& part, const Reader& reader) {
  const config::Arguments& beside = part.typed->beside;
  const std::string path = beside.value("pairs").text;
  if (path.empty() || !part.spec.dataset) return;
  try {
    part.spec.pairs = read_pair_file(reader.folder / path, part.spec.dataset->records(Split::train).size(),
                                     beside.value("infer").integer != 0);
    part.resolved.find("pairs")->value.text = part.spec.pairs->path.string();
  } catch (const Error& error) {
    reader.faults.add(beside.place("pairs"), error.what(), ExitCode::data);
  }
}

}  // namespace

DevicePart read_device(const Entry* entry, const config::Place& place, const Reader& reader) {
  Tree node;
  node.kind = Tree::Kind::mapping;
  node.place = place;
  if (entry) node = entry->value;
  DevicePart part;
  part.typed = read_typed(node, components(reader.registry, GRAMSTACK_DEVICE), {nullptr, "onednn"}, reader.faults);
  part.device = make<Device>(reader.registry, GRAMSTACK_DEVICE, part.typed, reader.faults);
  if (part.typed) part.resolved = part.typed->resolved;
  return part;
}

EvaluatePart read_evaluate(const Entry* entry, const Reader& reader) {
  EvaluatePart part;
  Tree node;
  node.kind = Tree::Kind::mapping;
  if (entry && config::expect_mapping(entry->value, "'evaluate'", "{mirror: true}", reader.faults)) node = entry->value;
  const CoreTable& table = core_table("evaluate");
  const config::Owner owner{"'evaluate'", entry ? entry->place : config::Place(), "key"};
  config::check_keys(node, owner, config::names_of(table.params), reader.faults);
  const config::Arguments arguments(node, owner, table.params, reader.faults);
  part.resolved = arguments.resolved();
  if (!arguments.ok()) return part;
  part.views = {arguments.value("mirror").integer != 0, arguments.value("shift").integer};
  part.shift = arguments.place("shift");
  return part;
}

DataPart read_data(const Tree& node, const Reader& reader) {
  DataPart part;
  part.typed = read_typed(node, components(reader.registry, GRAMSTACK_DATASET), {&core_table("data")}, reader.faults);
  if (!part.typed) return part;
  part.resolved = part.typed->resolved;
  part.spec.dataset = make<Dataset>(reader.registry, GRAMSTACK_DATASET, part.typed, reader.faults);
  read_classes(node, part, reader);
  read_augmentations(node.find("augment"), part, reader);
  if (!part.typed->beside.ok()) return part;
  part.spec.validation = part.typed->beside.value("validation").integer;
  part.spec.mean = part.typed->beside.value("mean").reals;
  part.spec.deviation = part.typed->beside.value("deviation").reals;
  read_pairs(part, reader);
  return part;
}

}  // namespace gramstack
