// Every case of the conformance suite, node by node through the generated kernels.
#include <doctest/doctest.h>

#include "check_cases.h"
#include "node_device.h"

namespace gramstack::gpu_test {
namespace {

using cudnn::Element;
using cudnn::Layout;

/// Those whose kernels know of layouts.
conformance::Cases map_cases() {
  return joined({conformance::pooling_cases(), conformance::batch_norm_cases(), conformance::data_cases(),
                 conformance::shape_cases(), conformance::network_cases()});
}

TEST_CASE("gpu kernels: conformance in nhwc") {
  check_cases("nhwc", *make_node_device({Layout::nhwc, Element::f32}), conformance::all_cases(), 0);
}
TEST_CASE("gpu kernels: conformance in plain layout") {
  check_cases("plain", *make_node_device({Layout::plain, Element::f32}), map_cases(), 0);
}
TEST_CASE("gpu kernels: conformance in bf16") {
  const conformance::Cases cases = joined({map_cases(), conformance::elementwise_cases()});
  check_cases("bf16", *make_node_device({Layout::nhwc, Element::bf16}), cases, 4e-2);
}

}  // namespace
}  // namespace gramstack::gpu_test
