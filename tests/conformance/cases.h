// The list of cases, by topic. A new op: a case here.
#pragma once

#include "case.h"

namespace gramstack::conformance {

Cases elementwise_cases();
Cases shape_cases();
Cases matrix_cases();
Cases convolution_cases();
Cases pooling_cases();
Cases batch_norm_cases();
Cases data_cases();
Cases plan_cases();     ///< outputs, updates and repeated values: what a plan does around its ops
Cases network_cases();  ///< small networks, whole steps

/// All of them.
Cases all_cases();

}  // namespace gramstack::conformance
