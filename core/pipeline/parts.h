// The parts of a pipeline as read from its file: what was made, and the places that later checks blame.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/pipeline.h"
#include "pipeline/typed.h"

namespace gramstack {

struct DevicePart {
  std::shared_ptr<Device> device;  ///< null after a fault; likewise the objects below
  std::optional<Typed> typed;
  config::Tree resolved;
};

struct DataPart {
  DataSpec spec;
  std::optional<Typed> typed;
  config::Place padding;  ///< of the crop
  config::Tree resolved;
};

struct ModulePart {
  ModuleSpec spec;
  config::Owner owner;  ///< "module 'features'", at its name
  std::optional<Typed> backbone, kernel, head, optimizer;
  std::vector<Typed> losses;                  ///< as spec.losses
  bool has_kernel = false, has_head = false;  ///< whether the file gives one
  config::Place batch, epochs, augment, per_class, choose, spread, kernel_key, head_key;
  bool is_given = false;  ///< by `from`; spec.stored is null after a fault
  config::Place given;
  config::Tree resolved;
};

struct LossPart {
  Typed typed;
  LossTerm term;  ///< its loss is null after a fault
};

struct EvaluatePart {
  Views views;
  config::Place shift;
  config::Tree resolved;
};

/// "module 'features'", at its name; "a module" where it has none. A part answers to the name of the module that was
/// cut: what is wrong with all parts is told once.
config::Owner module_owner(const config::Tree& module);

/// A fault at the owner's place for a name that does not consist of letters, digits, - and _.
void check_module_name(const std::string& name, const config::Owner& owner, config::Faults& faults);

/// What reading a part needs besides its node.
struct Reader {
  const Registry& registry;
  config::Faults& faults;
  std::filesystem::path folder = {};  ///< of the pipeline file, for paths in it
};

/// Absent: {type: onednn}, blamed on `place`.
DevicePart read_device(const config::Entry* entry, const config::Place& place, const Reader& reader);
DataPart read_data(const config::Tree& node, const Reader& reader);
EvaluatePart read_evaluate(const config::Entry* entry, const Reader& reader);       ///< absent: all defaults
std::optional<LossPart> read_loss(const config::Tree& node, const Reader& reader);  ///< none after a fault
std::vector<ModulePart> read_stack(const config::Tree& node, const Reader& reader);

struct SchedulePart {
  std::optional<Schedule> schedule;
  config::Place epochs;
  config::Tree resolved;
};
/// From the keys `schedule` and `epochs` of a module.
SchedulePart read_schedule(const config::Tree& module, const config::Owner& owner, const Reader& reader);

}  // namespace gramstack
