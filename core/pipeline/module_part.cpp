#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/quote.h"
#include "pipeline/given.h"
#include "pipeline/parts.h"
#include "pipeline/roles.h"

namespace gramstack {
namespace {

using config::Arguments;
using config::Entry;
using config::Owner;
using config::Place;
using config::Tree;

Owner owner_of(const Tree& module) {
  const Entry* name = module.find("module");
  if (!name || name->value.kind != Tree::Kind::scalar) return {"a module", module.place, "key"};
  return {fmt::format("module {}", quote(name->value.text)), name->value.place, "key"};
}

/// Reads one module into a ModulePart.
class ModuleReader {
 public:
  ModuleReader(const Tree& node, const Reader& reader) : node_(node), reader_(reader) { part_.owner = owner_of(node); }

  ModulePart read() {
    const CoreTable& table = core_table("module");
    check_keys(node_, part_.owner, names_of(table), reader_.faults);
    const Arguments arguments(node_, part_.owner, table.params, reader_.faults);
    part_.resolved.kind = Tree::Kind::mapping;
    read_name(arguments);
    read_component("backbone", GRAMSTACK_BACKBONE, part_.backbone, part_.spec.backbone);
    read_kernel();
    read_losses();
    read_component("optimizer", GRAMSTACK_OPTIMIZER, part_.optimizer, part_.spec.optimizer);
    read_times();
    read_images(arguments);
    return std::move(part_);
  }

 private:
  void resolve(const std::string& key, const Tree& node) { part_.resolved.entries.push_back({key, node.place, node}); }

  void read_name(const Arguments& arguments) {
    if (!arguments.given("module")) return;
    part_.spec.name = arguments.value("module").text;
    resolve("module", arguments.resolved().find("module")->value);
    const Tree& node = part_.resolved.entries.back().value;
    if (node.kind == Tree::Kind::scalar && !is_module_name(part_.spec.name))
      reader_.faults.add(part_.owner.place,
                         fmt::format("{}: a module's name consists of letters, digits, - and _", part_.owner.name));
  }

  const Entry* required(const std::string& key) {
    return require(node_, core_table("module"), key, part_.owner, reader_.faults);
  }

  template <class Interface>
  void read_component(const std::string& key, gramstack_kind kind, std::optional<Typed>& typed,
                      std::shared_ptr<Interface>& object) {
    const Entry* entry = required(key);
    if (!entry) return;
    typed = read_typed(entry->value, components(reader_.registry, kind), {}, reader_.faults);
    object = make<Interface>(reader_.registry, kind, typed, reader_.faults);
    if (typed) resolve(key, typed->resolved);
  }

  void read_kernel() {
    const Entry* entry = node_.find("kernel");
    if (!entry) return;
    part_.kernel_key = entry->place;
    part_.has_kernel = true;
    read_component("kernel", GRAMSTACK_KERNEL, part_.kernel, part_.spec.kernel);
  }

  void read_losses() {
    const Entry* entry = required("loss");
    if (!entry) return;
    if (entry->value.kind != Tree::Kind::sequence) return resolve("loss", read_loss(entry->value));
    if (entry->value.items.empty())
      reader_.faults.add(entry->value.place, part_.owner.name + " needs at least one loss");
    Tree list;
    list.kind = Tree::Kind::sequence;
    list.place = entry->value.place;
    for (const Tree& item : entry->value.items) list.items.push_back(read_loss(item));
    resolve("loss", list);
  }

  Tree read_loss(const Tree& node) {
    const TypedRules rules{&core_table("loss")};
    std::optional<Typed> typed = read_typed(node, components(reader_.registry, GRAMSTACK_LOSS), rules, reader_.faults);
    if (!typed) return {};
    LossTerm term{typed->type, make<Loss>(reader_.registry, GRAMSTACK_LOSS, typed, reader_.faults), 1};
    if (typed->beside.ok()) term.weight = typed->beside.value("weight").real;
    if (term.weight == 0)
      reader_.faults.add(typed->beside.place("weight"), typed->owner.name + " 'weight' is 0, must be above 0");
    Tree resolved = typed->resolved;
    part_.spec.losses.push_back(std::move(term));
    part_.losses.push_back(std::move(*typed));
    return resolved;
  }

  void read_times() {
    SchedulePart schedule = read_schedule(node_, part_.owner, reader_);
    if (!schedule.schedule) return;
    part_.spec.schedule = std::move(*schedule.schedule);
    resolve("schedule", schedule.resolved);
  }

  void read_images(const Arguments& arguments) {
    part_.batch = arguments.place("batch");
    for (const std::string key : {"batch", "augment"}) resolve(key, arguments.resolved().find(key)->value);
    read_labels();
    read_average();
    if (!arguments.ok()) return;
    part_.spec.batch = arguments.value("batch").integer;
    part_.spec.augment = arguments.value("augment").integer != 0;
  }

  void read_labels() {
    const Entry* entry = node_.find("labels");
    if (!entry || (entry->value.kind == Tree::Kind::scalar && entry->value.text == "all"))
      return resolve("labels", entry ? entry->value : config::default_scalar("all"));
    if (!config::expect_mapping(entry->value, "'labels'", "{per_class: 1}, or all", reader_.faults)) return;
    const CoreTable& table = core_table("labels");
    const Owner owner{"'labels'", entry->place, "key"};
    check_keys(entry->value, owner, config::names_of(table.params), reader_.faults);
    const Arguments labels(entry->value, owner, table.params, reader_.faults);
    part_.per_class = labels.place("per_class");
    resolve("labels", labels.resolved());
    if (!labels.ok()) return;
    part_.spec.labels_per_class = labels.value("per_class").integer;
    part_.spec.typical_labels = labels.value("choose").integer == 1;
    part_.choose = labels.place("choose");
  }

  void read_average() {
    const Entry* entry = node_.find("average");
    if (!entry || (entry->value.kind == Tree::Kind::scalar && entry->value.text == "none"))
      return resolve("average", entry ? entry->value : config::default_scalar("none"));
    if (!config::expect_mapping(entry->value, "'average'", "{decay: 0.99}, or none", reader_.faults)) return;
    const CoreTable& table = core_table("average");
    const Owner owner{"'average'", entry->place, "key"};
    check_keys(entry->value, owner, config::names_of(table.params), reader_.faults);
    const Arguments average(entry->value, owner, table.params, reader_.faults);
    resolve("average", average.resolved());
    if (average.ok()) part_.spec.average = average.value("decay").real;
  }

  const Tree& node_;
  const Reader& reader_;
  ModulePart part_;
};

void check_unique(const std::vector<ModulePart>& stack, const Reader& reader) {
  std::map<std::string, std::size_t> lines;
  for (const ModulePart& part : stack) {
    if (part.spec.name.empty()) continue;
    const auto [first, is_new] = lines.emplace(part.spec.name, part.owner.place.line);
    if (!is_new)
      reader.faults.add(part.owner.place, fmt::format("the stack has two modules called '{}', the first on line {}",
                                                      part.spec.name, first->second));
  }
}

}  // namespace

bool is_module_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

std::vector<ModulePart> read_stack(const Tree& node, const Reader& reader) {
  if (node.kind == Tree::Kind::invalid) return {};
  if (node.kind != Tree::Kind::sequence || node.items.empty()) {
    reader.faults.add(node.place, fmt::format("'stack' expects a list of modules, got {}",
                                              node.kind == Tree::Kind::sequence ? "an empty one" : describe(node)));
    return {};
  }
  std::vector<ModulePart> stack;
  for (const Tree& item : node.items)
    if (config::expect_mapping(item, "an entry of 'stack'", "{module: NAME, ...}", reader.faults))
      stack.push_back(item.find("from") ? read_given(item, reader) : ModuleReader(item, reader).read());
  check_unique(stack, reader);
  // Which module is the last one is known only when all of them could be read.
  if (stack.size() != node.items.size()) return stack;
  check_roles(stack, reader);
  check_given(stack, reader.faults);
  return stack;
}

}  // namespace gramstack
