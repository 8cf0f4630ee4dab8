// Whether a library speaks this program's plugin ABI, decided from data alone: nothing in the library is called.
#pragma once

#include <string>

#include "abi.h"
#include "plugin/library.h"

namespace gramstack {

/// What is wrong with a stamp, "" when it equals the core's. Of different build ids every differing key is listed, the
/// plugin's beside the core's.
std::string stamp_fault(const gramstack_stamp& stamp);

/// The descriptor that the library exports, once its stamp is equal. Throws Error(plugin) when there is none, when it
/// is another version's, or when it was built differently.
const gramstack_plugin& read_descriptor(const Library& library);

}  // namespace gramstack
