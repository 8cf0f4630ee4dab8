#include "config/override.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "config/arguments.h"
#include "config/quote.h"
#include "config/suggest.h"

namespace gramstack::config {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> steps;
  for (;;) {
    const std::size_t dot = path.find('.');
    steps.emplace_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return steps;
    path.remove_prefix(dot + 1);
  }
}

/// A walk down the tree along the steps of one path.
class Walk {
 public:
  Walk(const std::vector<std::string>& steps, const Place& place, Faults& faults)
      : steps_(steps), place_(place), faults_(faults) {}

  /// The node at the end of the path, made where it is missing; nullptr after a fault.
  Tree* from(Tree& root) {
    Tree* node = &root;
    for (depth_ = 0; node && depth_ < steps_.size(); ++depth_) node = step(*node);
    return node;
  }

 private:
  const std::string& name() const { return steps_[depth_]; }

  std::string path() const { return quote(fmt::format("{}", fmt::join(steps_.begin(), steps_.begin() + at(), "."))); }

  std::ptrdiff_t at() const { return static_cast<std::ptrdiff_t>(depth_); }

  Tree* fail(const std::string& message) {
    faults_.add(place_, message);
    return nullptr;
  }

  Tree* step(Tree& node) {
    if (node.kind == Tree::Kind::mapping || node.kind == Tree::Kind::null) return key_of(node);
    if (node.kind == Tree::Kind::sequence) return depth_ == 1 && steps_[0] == "stack" ? module_of(node) : item_of(node);
    if (node.kind == Tree::Kind::invalid) return nullptr;
    return fail(fmt::format("{} is {}; nothing can be set within it", path(), describe(node)));
  }

  Tree* key_of(Tree& node) {
    if (node.kind == Tree::Kind::null) node.place = place_;
    node.kind = Tree::Kind::mapping;
    if (Entry* entry = node.find(name())) return &entry->value;
    Tree made;
    made.place = place_;
    node.entries.push_back({name(), place_, std::move(made)});
    return &node.entries.back().value;
  }

  Tree* module_of(Tree& stack) {
    std::vector<std::string> names;
    for (Tree& item : stack.items) {
      const Entry* entry = item.find("module");
      if (entry && entry->value.text == name()) return &item;
      if (entry) names.push_back(entry->value.text);
    }
    const std::string near = did_you_mean(name(), names);
    return fail(fmt::format("the stack has no module {}{}", quote(name()), near.empty() ? known_names(names) : near));
  }

  Tree* item_of(Tree& list) {
    std::size_t index = 0;
    const char* end = name().data() + name().size();
    const std::from_chars_result result = std::from_chars(name().data(), end, index);
    if (result.ec == std::errc() && result.ptr == end && index < list.items.size()) return &list.items[index];
    return fail(fmt::format("{} is a list of {}; {} is none of its indices (from 0)", path(), list.items.size(),
                            quote(name())));
  }

  const std::vector<std::string>& steps_;
  Place place_;
  Faults& faults_;
  std::size_t depth_ = 0;
};

}  // namespace

void apply_override(Tree& root, const std::string& option, Faults& faults) {
  const int source = faults.add_source(fmt::format("--set {}", printable(option, 200)));
  const Place place{source, 1, 1, 1};
  const std::size_t equals = option.find('=');
  const std::vector<std::string> steps = split(std::string_view(option).substr(0, equals));
  if (equals == std::string::npos || std::find(steps.begin(), steps.end(), "") != steps.end()) {
    faults.add(place, "expects path.to.key=value");
    return;
  }
  Tree value = parse(std::string_view(option).substr(equals + 1), source, faults);
  Tree* node = Walk(steps, place, faults).from(root);
  if (!node) return;
  if (value.kind == Tree::Kind::null) value.place = place;
  *node = std::move(value);
}

}  // namespace gramstack::config
