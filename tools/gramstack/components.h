// Components named on the command line: relu, or {type: gaussian, sigma: 4}, as in a pipeline file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/device.h"
#include "api/kernel.h"
#include "estimators/objectives.h"
#include "plugin/registry.h"

namespace gramstack::tool {

/// `option` is what messages name. Throws Error(configuration) with every fault.
std::shared_ptr<Kernel> named_kernel(const std::string& option, const std::string& text, const Registry& registry);
std::shared_ptr<Device> named_device(const std::string& option, const std::string& text, const Registry& registry);

/// Pairwise losses, a list with commas. Each is called by its type, and by the parameters given:
/// "alignment(triangle=full)".
std::vector<analysis::NamedLoss> named_losses(const std::string& option, const std::string& text,
                                              const Registry& registry);

}  // namespace gramstack::tool
