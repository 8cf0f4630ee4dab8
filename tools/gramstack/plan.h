// `run --plan`: what a run would train, and what it would take from the store.
#pragma once

#include "context.h"
#include "training/train.h"

namespace gramstack::tool {

void show_plan(const Pipeline& pipeline, const RunOptions& options, const Context& context);

}  // namespace gramstack::tool
