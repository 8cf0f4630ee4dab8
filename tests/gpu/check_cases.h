// The conformance suite on a device that runs generated kernels on the host.
#pragma once

#include <string>

#include "api/device.h"
#include "conformance/cases.h"

namespace gramstack::gpu_test {

/// The cases, or those of them whose title holds the text of GRAMSTACK_CASE. `rounding`: relative errors that are
/// allowed because tensors are stored with fewer bits.
void check_cases(const std::string& name, Device& device, const conformance::Cases& cases, double rounding);

/// The lists one after another.
conformance::Cases joined(std::initializer_list<conformance::Cases> lists);

}  // namespace gramstack::gpu_test
