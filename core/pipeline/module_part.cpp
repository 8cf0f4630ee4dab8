#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/quote.h"
#include "pipeline/cut.h"
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

/// Reads one module into a ModulePart.
class ModuleReader {
 public:
  ModuleReader(const Tree& node, const Reader& reader) : node_(node), reader_(reader) {
    part_.owner = module_owner(node);
  }

  ModulePart read() {
    const CoreTable& table = core_table("module");
    check_keys(node_, part_.owner, names_of(table), reader_.faults);
    const Arguments arguments(node_, part_.owner, table.params, reader_.faults);
    part_.resolved.kind = Tree::Kind::mapping;
    read_name(arguments);
    read_component("backbone", GRAMSTACK_BACKBONE, part_.backbone, part_.spec.backbone);
    read_part_of_backbone();
    read_kernel();
    read_head();
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
    if (node.kind == Tree::Kind::scalar) check_module_name(part_.spec.name, part_.owner, reader_.faults);
  }

  const Entry* required(const std::string& key) {
    return require(node_, core_table("module"), key, part_.owner, reader_.faults);
  }

  template <class Interface>
  void read_component(const std::string& key, gramstack_kind kind, std::optional<Typed>& typed,
                      std::shared_ptr<Interface>& object) {
    const Entry* entry = required(key);
    if (!entry) return;
    Alternatives alternatives = components(reader_.registry, kind);
    alternatives.key = key;
    typed = read_typed(entry->value, alternatives, {}, reader_.faults);
    object = make<Interface>(reader_.registry, kind, typed, reader_.faults);
    if (typed) resolve(key, typed->resolved);
  }

  void read_part_of_backbone() {
    const Entry* entry = node_.find("section");
    if (!entry) return;
    const std::optional<Arguments> section = read_section(*entry, part_, reader_);
    if (section) resolve("section", section->resolved());
  }

  void read_kernel() {
    const Entry* entry = node_.find("kernel");
    if (!entry) return;
    part_.kernel_key = entry->place;
    part_.has_kernel = true;
    read_component("kernel", GRAMSTACK_KERNEL, part_.kernel, part_.spec.kernel);
  }

  void read_head() {
    const Entry* entry = node_.find("head");
    if (!entry) return;
    part_.head_key = entry->place;
    part_.has_head = true;
    read_component("head", GRAMSTACK_BACKBONE, part_.head, part_.spec.head);
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
    std::optional<LossPart> loss = gramstack::read_loss(node, reader_);
    if (!loss) return {};
    Tree resolved = loss->typed.resolved;
    part_.spec.losses.push_back(std::move(loss->term));
    part_.losses.push_back(std::move(loss->typed));
    return resolved;
  }

  void read_times() {
    SchedulePart schedule = read_schedule(node_, part_.owner, reader_);
    if (!schedule.schedule) return;
    part_.spec.schedule = std::move(*schedule.schedule);
    part_.epochs = schedule.epochs;
    resolve("schedule", schedule.resolved);
  }

  void read_images(const Arguments& arguments) {
    part_.batch = arguments.place("batch");
    part_.augment = arguments.place("augment");
    for (const std::string key : {"batch", "augment"}) resolve(key, arguments.resolved().find(key)->value);
    read_labels();
    part_.spec.clip = read_number("clip", "norm", "{norm: 1}");
    part_.spec.average = read_number("average", "decay", "{decay: 0.99}");
    if (!arguments.ok()) return;
    part_.spec.batch = arguments.value("batch").integer;
    part_.spec.augment = arguments.value("augment").integer != 0;
  }

  /// The table under `key`. None after a fault, and where nothing or `word` stands for it.
  std::optional<Arguments> read_optional(const std::string& key, const std::string& word, const std::string& example) {
    const Entry* entry = node_.find(key);
    if (!entry || (entry->value.kind == Tree::Kind::scalar && entry->value.text == word)) {
      resolve(key, entry ? entry->value : config::default_scalar(word));
      return std::nullopt;
    }
    std::optional<Arguments> arguments = read_table(*entry, example + ", or " + word, reader_.faults);
    if (arguments) resolve(key, arguments->resolved());
    return arguments;
  }

  void read_labels() {
    const std::optional<Arguments> labels = read_optional("labels", "all", "{per_class: 1}");
    if (!labels) return;
    part_.per_class = labels->place("per_class");
    if (!labels->ok()) return;
    part_.spec.labels_per_class = labels->value("per_class").integer;
    part_.spec.typical_labels = labels->value("choose").integer == 1;
    part_.spec.spread_labels = labels->value("spread").integer != 0;
    part_.choose = labels->place("choose");
    part_.spread = labels->place("spread");
  }

  /// The one number of the table under `key`, or `none`.
  std::optional<double> read_number(const std::string& key, const char* name, const std::string& example) {
    const std::optional<Arguments> table = read_optional(key, "none", example);
    if (!table || !table->ok()) return std::nullopt;
    return table->value(name).real;
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

std::optional<LossPart> read_loss(const Tree& node, const Reader& reader) {
  const TypedRules rules{&core_table("loss")};
  std::optional<Typed> typed = read_typed(node, components(reader.registry, GRAMSTACK_LOSS), rules, reader.faults);
  if (!typed) return std::nullopt;
  LossTerm term{typed->type, make<Loss>(reader.registry, GRAMSTACK_LOSS, typed, reader.faults), 1};
  if (typed->beside.ok()) term.weight = typed->beside.value("weight").real;
  if (term.weight == 0)
    reader.faults.add(typed->beside.place("weight"), typed->owner.name + " 'weight' is 0, must be above 0");
  return LossPart{std::move(*typed), std::move(term)};
}

Owner module_owner(const Tree& module) {
  const Entry* section = module.find("section");
  const Entry* whole = section ? section->value.find("of") : nullptr;
  const Entry* name = whole ? whole : module.find("module");
  if (!name || name->value.kind != Tree::Kind::scalar) return {"a module", module.place, "key"};
  return {fmt::format("module {}", quote(name->value.text)), name->value.place, "key"};
}

void check_module_name(const std::string& name, const Owner& owner, config::Faults& faults) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (name.empty() || !std::all_of(name.begin(), name.end(), allowed))
    faults.add(owner.place, fmt::format("{}: a module's name consists of letters, digits, - and _", owner.name));
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
