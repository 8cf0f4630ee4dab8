#include <fmt/format.h>

#include <numeric>

#include "pipeline/parts.h"

namespace gramstack {
namespace {

using config::Arguments;
using config::Entry;
using config::Owner;
using config::Tree;

/// The schedule as a mapping that holds the epochs, whichever of the two keys they stand under.
std::optional<Tree> schedule_node(const Tree& module, const Owner& owner, const Reader& reader) {
  const Entry* schedule = module.find("schedule");
  const Entry* epochs = module.find("epochs");
  if (!schedule && !epochs) {
    reader.faults.add(owner.place, owner.name + " needs 'epochs', or a 'schedule' that says how many");
    return {};
  }
  Tree node = schedule ? schedule->value : Tree{};
  if (!schedule) {
    node.kind = Tree::Kind::mapping;
    node.place = epochs->place;
  }
  if (!epochs || node.kind != Tree::Kind::mapping) return node;
  if (node.find("epochs"))
    reader.faults.add(epochs->place, fmt::format("{} sets 'epochs' here and in its 'schedule'; keep one", owner.name));
  else
    node.entries.push_back(*epochs);
  return node;
}

Schedule::Kind kind_of(const std::string& type) {
  if (type == "steps") return Schedule::Kind::steps;
  if (type == "cosine") return Schedule::Kind::cosine;
  return type == "one-cycle" ? Schedule::Kind::one_cycle : Schedule::Kind::constant;
}

Schedule make_schedule(const Typed& typed) {
  const Arguments& own = typed.own;
  Schedule schedule;
  schedule.kind = kind_of(typed.type);
  if (schedule.kind == Schedule::Kind::steps) {
    schedule.stage_epochs = own.value("epochs").integers;
    schedule.epochs = std::accumulate(schedule.stage_epochs.begin(), schedule.stage_epochs.end(), std::int64_t{0});
    schedule.factor = own.value("factor").real;
  } else {
    schedule.epochs = own.value("epochs").integer;
  }
  if (schedule.kind == Schedule::Kind::one_cycle) {
    schedule.peak = own.value("peak").real;
    schedule.start_factor = own.value("start_factor").real;
  } else {
    schedule.warmup = own.value("warmup").real;
  }
  const bool falls = schedule.kind == Schedule::Kind::one_cycle || schedule.kind == Schedule::Kind::cosine;
  if (falls) schedule.final_factor = own.value("final_factor").real;
  return schedule;
}

void check_schedule(const Schedule& schedule, const Typed& typed, const Reader& reader) {
  if (schedule.epochs < 1)
    reader.faults.add(typed.own.place("epochs"), typed.owner.name + " 'epochs' is empty; it needs at least one stage");
  else if (schedule.warmup >= static_cast<double>(schedule.epochs))
    reader.faults.add(typed.own.place("warmup"),
                      fmt::format("{} 'warmup' is {}, must be below the {} epochs of the training", typed.owner.name,
                                  schedule.warmup, schedule.epochs));
}

}  // namespace

SchedulePart read_schedule(const Tree& module, const Owner& owner, const Reader& reader) {
  const std::optional<Tree> node = schedule_node(module, owner, reader);
  if (!node) return {};
  const TypedRules rules = module.find("schedule") ? TypedRules{} : TypedRules{nullptr, "constant", owner.name};
  const std::optional<Typed> typed = read_typed(*node, core_alternatives("schedule"), rules, reader.faults);
  if (!typed || !typed->own.ok()) return {};
  SchedulePart part{make_schedule(*typed), typed->own.place("epochs"), typed->resolved};
  check_schedule(*part.schedule, *typed, reader);
  return part;
}

}  // namespace gramstack
