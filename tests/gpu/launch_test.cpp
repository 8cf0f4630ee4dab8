// Whole graphs through the device's compiler: fused kernels, layouts, shared memory, the order of launches.
#include <doctest/doctest.h>

#include "check_cases.h"
#include "launch_device.h"

namespace gramstack::gpu_test {
namespace {

TEST_CASE("gpu launches: conformance in f32") {
  check_cases("launches", *make_launch_device({cudnn::Precision::fp32, true}), conformance::all_cases(), 0);
}
TEST_CASE("gpu launches: conformance in bf16") {
  const conformance::Cases cases =
      joined({conformance::convolution_cases(), conformance::pooling_cases(), conformance::batch_norm_cases(),
              conformance::shape_cases(), conformance::plan_cases(), conformance::network_cases()});
  check_cases("launches-bf16", *make_launch_device({cudnn::Precision::bf16, true}), cases, 6e-2);
}

}  // namespace
}  // namespace gramstack::gpu_test
