// What a run has from the start: modules of its pipeline's `from` and of the store; and what it gives to the store.
#pragma once

#include <vector>

#include "training/run_context.h"

namespace gramstack {

/// Copies the modules of `from` into a run folder, before its pipeline is written there, which names them.
void copy_given(const Pipeline& pipeline, const RunFolder& folder);

/// Notes given modules, copies reused modules into the folder of a run that begins, and notes them in its state.
void take_from_store(RunContext& run, const RunIdentity& identity);

/// What a run would do. Writes nothing.
std::vector<PlannedModule> plan_modules(const Preparation& preparation, const RunOptions& options,
                                        const RunIdentity& identity);

/// Puts the modules of a segment that has just been frozen into the store, if there is one. What is wrong with the
/// store is no more than a warning.
void keep_in_store(RunContext& run, const Segment& segment, const RunIdentity& identity);

/// Notes the accuracies of a finished run at its output module.
void note_accuracy(RunContext& run, const RunReport& report);

}  // namespace gramstack
