// The devices of the build tree.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/evaluate.h"

namespace gramstack::conformance {

struct TestedDevice {
  std::string name;
  std::shared_ptr<Device> device;  ///< null: not available on this machine
  std::string unavailable;         ///< why
};

/// All of them, made once. A device that says it is not available here (exit code 8) is listed with its reason; any
/// other error is thrown on.
const std::vector<TestedDevice>& all_devices();

Device& reference();

/// All devices that are available, other than the reference.
std::vector<TestedDevice> compared_devices();

}  // namespace gramstack::conformance
