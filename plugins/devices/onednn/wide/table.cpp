#include "tables.h"

#include "kernels.h"
#include "vector.h"

#define GRAMSTACK_TEXT(x) #x
#define GRAMSTACK_NAME_OF(x) GRAMSTACK_TEXT(x)

namespace gramstack::wide::GRAMSTACK_INSTRUCTION_SET {

namespace convolution = winograd::GRAMSTACK_INSTRUCTION_SET;
namespace pixelwise = pointwise::GRAMSTACK_INSTRUCTION_SET;
namespace product = matrix::GRAMSTACK_INSTRUCTION_SET;
namespace narrow = few_channels::GRAMSTACK_INSTRUCTION_SET;

constinit const Kernels kKernels = {
    GRAMSTACK_NAME_OF(GRAMSTACK_INSTRUCTION_SET),
    {convolution::workspace_size, convolution::forward, convolution::data_gradient, convolution::weight_gradient},
    {pixelwise::workspace_size, pixelwise::forward, pixelwise::data_gradient, pixelwise::weight_gradient},
    {product::workspace_size, product::multiply},
    {narrow::forward, narrow::data_gradient, narrow::weight_gradient},
    multiply_and_add,
    kChains* kLanes * 2};

}  // namespace gramstack::wide::GRAMSTACK_INSTRUCTION_SET
