#include "pipeline/cut.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/quote.h"
#include "config/suggest.h"

namespace gramstack {
namespace {

using config::Entry;
using config::Owner;
using config::Tree;

void erase(Tree& mapping, const std::string& key) {
  std::erase_if(mapping.entries, [&](const Entry& entry) { return entry.key == key; });
}

void put(Tree& mapping, const Entry& entry) {
  if (Entry* old = mapping.find(entry.key))
    *old = entry;
  else
    mapping.entries.push_back(entry);
}

Tree mapping_at(const config::Place& place) {
  Tree node;
  node.kind = Tree::Kind::mapping;
  node.place = place;
  return node;
}

/// The cut points of the backbone that an entry names; none when that cannot be made, which is reported elsewhere.
std::vector<std::string> cut_points(const Tree& entry, const Reader& reader) {
  config::Faults ignored("", "");
  const Entry* node = entry.find("backbone");
  if (!node) return {};
  const std::optional<Typed> typed =
      read_typed(node->value, components(reader.registry, GRAMSTACK_BACKBONE), {}, ignored);
  const std::shared_ptr<Backbone> backbone = make<Backbone>(reader.registry, GRAMSTACK_BACKBONE, typed, ignored);
  return backbone ? backbone->cuts() : std::vector<std::string>();
}

/// An item of `cut` as a mapping; nothing after a fault.
std::optional<Tree> read_item(const Tree& item, const Reader& reader) {
  if (item.kind == Tree::Kind::invalid) return {};
  Tree mapping = item;
  if (item.kind == Tree::Kind::scalar) {
    mapping = mapping_at(item.place);
    mapping.entries.push_back({"at", item.place, item});
  }
  if (!config::expect_mapping(mapping, "an item of 'cut'", "{at: POINT, ...}, or the name of a cut point",
                              reader.faults))
    return {};
  const Entry* at = mapping.find("at");
  if (!at || at->value.kind != Tree::Kind::scalar) {
    reader.faults.add(at ? at->value.place : mapping.place,
                      "an item of 'cut' needs 'at', the cut point that it ends at");
    return {};
  }
  for (const char* of_whole : {"module", "backbone", "cut", "section"})
    if (const Entry* key = mapping.find(of_whole)) {
      reader.faults.add(key->place,
                        fmt::format("a part has the '{}' of the module that is cut, not its own", of_whole));
      return {};
    }
  return mapping;
}

std::optional<std::vector<Tree>> read_items(const Tree& cut, const Reader& reader) {
  if (cut.kind == Tree::Kind::invalid) return {};
  if (cut.kind != Tree::Kind::sequence || cut.items.empty()) {
    reader.faults.add(cut.place, fmt::format("'cut' expects a list of cut points such as [stage1, stage3], got {}",
                                             cut.kind == Tree::Kind::sequence ? "an empty one" : describe(cut)));
    return {};
  }
  std::vector<Tree> items;
  for (const Tree& node : cut.items) {
    const std::optional<Tree> item = read_item(node, reader);
    if (item) items.push_back(*item);
  }
  return items.size() == cut.items.size() ? std::optional(items) : std::nullopt;
}

/// Epochs of an item replace those of the entry, whether they stand beside the schedule or in it.
void drop_epochs(Tree& module, const Tree& item) {
  const Entry* schedule = item.find("schedule");
  if (schedule && schedule->value.find("epochs")) erase(module, "epochs");
  if (Entry* old = module.find("schedule"); old && item.find("epochs")) erase(old->value, "epochs");
}

/// The modules of one entry.
class Parts {
 public:
  Parts(const Tree& entry, std::vector<Tree> items) : entry_(entry), items_(std::move(items)) {
    if (const Entry* name = entry.find("module")) name_ = name->value;
  }

  std::vector<Tree> make(bool with_rest) const {
    std::vector<Tree> parts;
    for (const Tree& item : items_) parts.push_back(part(parts.size(), &item));
    if (with_rest) parts.push_back(part(parts.size(), nullptr));
    return parts;
  }

 private:
  Tree part(std::size_t index, const Tree* item) const {
    Tree module = entry_;
    const bool is_given = item && item->find("from");  // A stored module says itself what it is.
    if (is_given) std::erase_if(module.entries, [](const Entry& entry) { return entry.key != "module"; });
    if (item) {
      drop_epochs(module, *item);
      for (const Entry& entry : item->entries)
        if (entry.key != "at") put(module, entry);
    }
    if (Entry* name = module.find("module"); name && name->value.kind == Tree::Kind::scalar)
      name->value.text += fmt::format("-{}", index + 1);
    if (!is_given) put(module, {"section", item ? item->place : entry_.place, section(index, item)});
    return module;
  }

  Tree section(std::size_t index, const Tree* item) const {
    Tree section = mapping_at(item ? item->place : items_.back().place);
    if (name_.kind == Tree::Kind::scalar) section.entries.push_back({"of", name_.place, name_});
    if (index > 0) section.entries.push_back(point("after", items_[index - 1]));
    if (item) section.entries.push_back(point("to", *item));
    return section;
  }

  static Entry point(const std::string& key, const Tree& item) {
    const Tree& at = item.find("at")->value;
    return {key, at.place, config::scalar_at(at.place, at.text)};
  }

  Tree entry_;
  std::vector<Tree> items_;
  Tree name_;
};

/// Reports what cannot be a cut point of the backbone; whether it is one.
bool check_point(const config::Arguments& section, const char* key, const ModulePart& part,
                 const std::vector<std::string>& cuts, const Reader& reader) {
  const std::string& name = section.value(key).text;
  if (name.empty() || std::find(cuts.begin(), cuts.end(), name) != cuts.end()) return true;
  reader.faults.add(section.place(key),
                    cuts.empty() ? fmt::format("{} cannot be cut", part.backbone->owner.name)
                                 : fmt::format("{} has no cut point {}{}{}", part.backbone->owner.name, quote(name),
                                               config::known_names(cuts), did_you_mean(name, cuts)));
  return false;
}

void check_order(const config::Arguments& section, const std::vector<std::string>& cuts, const Reader& reader) {
  const std::string &after = section.value("after").text, &to = section.value("to").text;
  const auto position = [&](const std::string& name) { return std::find(cuts.begin(), cuts.end(), name); };
  if (!after.empty() && !to.empty() && position(after) >= position(to))
    reader.faults.add(section.place("to"),
                      fmt::format("cut point {} does not come after {}: cut points stand in the order from the input",
                                  quote(to), quote(after)));
}

/// The modules in place of an entry with `cut`.
std::vector<Tree> modules_of(Tree entry, bool is_output, const Reader& reader) {
  const Tree cut = entry.find("cut")->value;
  erase(entry, "cut");
  if (const Entry* section = entry.find("section")) {
    reader.faults.add(section->place, "a module has 'cut' or 'section'; keep one");
    erase(entry, "section");
  }
  const std::optional<std::vector<Tree>> items = read_items(cut, reader);
  if (!items) return {entry};
  const std::vector<std::string> cuts = cut_points(entry, reader);
  const bool ends = !cuts.empty() && items->back().find("at")->value.text == cuts.back();
  return Parts(entry, *items).make(is_output || !ends);
}

}  // namespace

void expand_cuts(Tree& pipeline, const Reader& reader) {
  Entry* stack = pipeline.find("stack");
  if (!stack || stack->value.kind != Tree::Kind::sequence) return;
  std::vector<Tree> modules;
  for (const Tree& entry : stack->value.items) {
    if (entry.kind != Tree::Kind::mapping || !entry.find("cut") || entry.find("from")) {
      modules.push_back(entry);
      continue;
    }
    const bool is_output = &entry == &stack->value.items.back();
    for (Tree& module : modules_of(entry, is_output, reader)) modules.push_back(std::move(module));
  }
  stack->value.items = std::move(modules);
}

bool may_name_part(const Tree& pipeline, const std::string& option) {
  constexpr std::string_view kStack = "stack.";
  const Entry* stack = pipeline.find("stack");
  if (!option.starts_with(kStack) || !stack || stack->value.kind != Tree::Kind::sequence) return false;
  const std::string name = option.substr(kStack.size(), option.find_first_of(".=", kStack.size()) - kStack.size());
  const std::string whole = name.substr(0, name.rfind('-'));
  const auto has = [&](const std::string& wanted) {
    return std::any_of(stack->value.items.begin(), stack->value.items.end(), [&](const Tree& entry) {
      const Entry* module = entry.find("module");
      return module && module->value.text == wanted;
    });
  };
  return whole != name && !has(name) && has(whole);
}

std::optional<config::Arguments> read_section(const Entry& entry, ModulePart& part, const Reader& reader) {
  std::optional<config::Arguments> section = read_table(entry, "{after: stage1, to: stage3}", reader.faults);
  if (!section || !section->ok() || !part.spec.backbone) return section;
  const std::vector<std::string> cuts = part.spec.backbone->cuts();
  const bool from = check_point(*section, "after", part, cuts, reader);
  const bool to = check_point(*section, "to", part, cuts, reader);
  if (from && to) check_order(*section, cuts, reader);
  part.spec.section = {section->value("of").text, section->value("after").text, section->value("to").text};
  return section;
}

Section section_of(const ModuleSpec& module, std::optional<std::int64_t> classes) {
  return {module.backbone->cuts(), module.section.after, module.section.to, classes};
}

}  // namespace gramstack
