// Compiled twice: as it stands, and by table_avx2.cpp for processors with AVX2 and FMA. Everything that it includes of
// its own is in an unnamed namespace, so that no AVX2 code can be linked into the other table.
#include "kernels/table.h"

#include "kernels/batch_norm.h"
#include "kernels/elementwise.h"
#include "kernels/pooling.h"
#include "kernels/reduction.h"

#ifndef GRAMSTACK_INSTRUCTION_SET
#define GRAMSTACK_INSTRUCTION_SET baseline
#endif

#define GRAMSTACK_QUOTE(text) #text
#define GRAMSTACK_NAME_OF(text) GRAMSTACK_QUOTE(text)

namespace gramstack::onednn::GRAMSTACK_INSTRUCTION_SET {
namespace {

#define GRAMSTACK_UNARY(name, zero, body)                                                                      \
  Elementwise {                                                                                                \
    {name, true}, [](float* out, const float* p, ::Index n) { map([](float x) { return body; }, out, p, n); }, \
        nullptr, nullptr, nullptr, Zero::zero                                                                  \
  }

#define GRAMSTACK_BINARY(name, zero, body)                                       \
  Elementwise {                                                                  \
    {name, false}, nullptr,                                                      \
        [](float* out, const float* p, const float* q, ::Index n) {              \
          zip([](float a, float b) { return body; }, out, p, q, n);              \
        },                                                                       \
        [](float* out, const float* p, const float* q, ::Index n) {              \
          zip_left_scalar([](float a, float b) { return body; }, out, p, q, n);  \
        },                                                                       \
        [](float* out, const float* p, const float* q, ::Index n) {              \
          zip_right_scalar([](float a, float b) { return body; }, out, p, q, n); \
        },                                                                       \
        Zero::zero                                                               \
  }

using Zero = Elementwise::Zero;

constexpr Elementwise product(Elementwise row) {
  row.is_product = true;
  return row;
}

/// A sum or a difference that can take in a product, on the right or, where it commutes, on either side.
constexpr Elementwise taking_products(Elementwise row, Elementwise::WithProduct kernel, bool commutes) {
  row.with_product = kernel;
  row.commutes = commutes;
  return row;
}

constexpr Elementwise kElementwise[] = {
    GRAMSTACK_UNARY("broadcast", left, x),
    GRAMSTACK_UNARY("negate", left, -x),
    GRAMSTACK_UNARY("exp", never, exp_of(x)),
    GRAMSTACK_UNARY("log", never, log_of(x)),
    GRAMSTACK_UNARY("sqrt", left, std::sqrt(x)),
    GRAMSTACK_UNARY("square", left, x* x),
    GRAMSTACK_UNARY("relu", left, x < 0.0f ? 0.0f : x),
    GRAMSTACK_UNARY("tanh", left, tanh_of(x)),
    GRAMSTACK_UNARY("sigmoid", never, sigmoid_of(x)),
    GRAMSTACK_BINARY("relu_gradient", left, b > 0.0f ? a : 0.0f),
    GRAMSTACK_BINARY("tanh_gradient", left, a*(1.0f - b * b)),
    GRAMSTACK_BINARY("sigmoid_gradient", left, a*(b*(1.0f - b))),
    taking_products(GRAMSTACK_BINARY("add", both, a + b), add_product, true),
    taking_products(GRAMSTACK_BINARY("subtract", both, a - b), subtract_product, false),
    product(GRAMSTACK_BINARY("multiply", either, a* b)),
    GRAMSTACK_BINARY("divide", never, a / b),
    GRAMSTACK_BINARY("maximum", both, maximum_of(a, b)),
    GRAMSTACK_BINARY("greater", both, a > b ? 1.0f : 0.0f),
};

}  // namespace

extern const Kernels kKernels;
const Kernels kKernels = {
    GRAMSTACK_NAME_OF(GRAMSTACK_INSTRUCTION_SET),
    kElementwise,
    ::sum,
    ::dot,
    ::largest,
    ::add_rows,
    {::norm_sums<float>, ::norm_forward<float>, ::norm_gradient_sums<float>, ::norm_backward<float>},
    {::norm_sums<Float8>, ::norm_forward<Float8>, ::norm_gradient_sums<Float8>, ::norm_backward<Float8>},
    {::max_pool<float>, ::max_pool_gradient<float>, ::average_pool<float>, ::average_pool_gradient<float>},
    {::max_pool<Float8>, ::max_pool_gradient<Float8>, ::average_pool<Float8>, ::average_pool_gradient<Float8>}};

}  // namespace gramstack::onednn::GRAMSTACK_INSTRUCTION_SET
