#include "api/error.h"

namespace gramstack {

// Out of line: the vtables live here, so that an exception may outlive the plugin that threw it.
Error::~Error() = default;
BadParameter::~BadParameter() = default;

}  // namespace gramstack
