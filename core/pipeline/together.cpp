#include "pipeline/together.h"

#include <fmt/format.h>

namespace gramstack {
namespace {

/// A value that modules trained together have in common.
struct Common {
  std::string key, value;
  config::Place place;
};

std::string labels_text(const ModuleSpec& module) {
  if (!module.labels_per_class) return "all";
  return fmt::format("{} {} of each class{}", *module.labels_per_class, module.typical_labels ? "typical" : "random",
                     module.spread_labels ? ", spread" : "");
}

std::vector<Common> common_of(const ModulePart& part) {
  const ModuleSpec& module = part.spec;
  return {{"epochs", fmt::format("{}", module.schedule.epochs), part.epochs},
          {"batch", fmt::format("{}", module.batch), part.batch},
          {"augment", module.augment ? "true" : "false", part.augment},
          {"labels", labels_text(module), module.labels_per_class ? part.per_class : part.owner.place}};
}

std::string where(const config::Place& place) {
  return place.source == 0 ? fmt::format(" (line {})", place.line) : " (by --set)";
}

void check_pair(const ModulePart& first, const ModulePart& other, config::Faults& faults) {
  const std::vector<Common> wanted = common_of(first), given = common_of(other);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (given[i].value != wanted[i].value)
      faults.add(given[i].place,
                 fmt::format("'{}' of module '{}' is {}, that of module '{}' is {}{}: modules that are trained "
                             "together have the same",
                             given[i].key, other.spec.name, given[i].value, first.spec.name, wanted[i].value,
                             where(wanted[i].place)));
}

}  // namespace

void check_together(const std::vector<ModulePart>& stack, config::Faults& faults) {
  const ModulePart* first = nullptr;
  for (std::size_t i = 0; i + 1 < stack.size(); ++i) {
    if (stack[i].is_given) continue;
    if (first) check_pair(*first, stack[i], faults);
    if (!first) first = &stack[i];
  }
}

}  // namespace gramstack
