#include "cases.h"

namespace gramstack::conformance {

Cases all_cases() {
  Cases all;
  for (Cases (*topic)() : {elementwise_cases, shape_cases, matrix_cases, convolution_cases, pooling_cases,
                           batch_norm_cases, data_cases, plan_cases, network_cases}) {
    Cases cases = topic();
    all.insert(all.end(), std::make_move_iterator(cases.begin()), std::make_move_iterator(cases.end()));
  }
  return all;
}

}  // namespace gramstack::conformance
