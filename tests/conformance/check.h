// One case on one device, against the reference device.
#pragma once

#include <string>

#include "case.h"

namespace gramstack::conformance {

/// "" when `tested` (called `name`) passes the case, declines it where that is permanent, or fails it where that is
/// expected. Otherwise what is wrong, and a last line with the command that runs this case alone.
/// Besides the numbers: the same feeds give the same bits again, also after other feeds; parameters without an update
/// keep theirs; read() writes what it is given and nothing beside it; the memory report covers the parameters.
std::string check(Device& tested, const std::string& name, Device& oracle, const Case& subject);

/// "device: case", what the variable GRAMSTACK_CASE selects by.
std::string title(const std::string& device, const Case& subject);

}  // namespace gramstack::conformance
