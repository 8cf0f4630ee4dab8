// The program that the shared passes make (common/), under this device's name.
#pragma once

#include "common/normalization.h"
#include "common/program.h"

namespace gramstack::onednn {

using namespace compiler;
using compiler::Update;  // not the graph's

}  // namespace gramstack::onednn
