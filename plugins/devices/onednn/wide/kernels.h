// The kernels of the instruction set that a file is compiled for; contracts in winograd.h, pointwise.h, matrix.h,
// few_channels.h and wide.h.
#pragma once

#include "wide.h"

namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET {

std::size_t apply_workspace(const Problem& problem, Pass pass, int threads);  ///< of all passes but weight_gradient
std::size_t workspace_size(const Problem& problem, Pass pass, int threads);
void forward(const Problem& problem, const float* source, const float* weights, float* destination, float* workspace,
             int threads, const Prologue& prologue, const Epilogue& epilogue);
void data_gradient(const Problem& problem, const float* gradient, const float* weights, float* source_gradient,
                   float* workspace, int threads);
void weight_gradient(const Problem& problem, const float* source, const float* gradient, float* weights,
                     float* workspace, int threads, const Prologue& prologue);

/// Floats of transformed weights, and a part of them as products read them.
std::size_t weight_size(const Problem& problem);
void transform_weights(const Problem& problem, Pass pass, const float* weights, float* transformed, int part,
                       int parts);

}  // namespace gramstack::winograd::GRAMSTACK_INSTRUCTION_SET

namespace gramstack::pointwise::GRAMSTACK_INSTRUCTION_SET {

std::size_t workspace_size(const Problem& problem, Pass pass, int threads);
void forward(const Problem& problem, const float* source, const float* weights, float* destination, float* workspace,
             int threads);
void data_gradient(const Problem& problem, const float* gradient, const float* weights, float* source_gradient,
                   float* workspace, int threads);
void weight_gradient(const Problem& problem, const float* source, const float* gradient, float* weights,
                     float* workspace, int threads);

}  // namespace gramstack::pointwise::GRAMSTACK_INSTRUCTION_SET

namespace gramstack::matrix::GRAMSTACK_INSTRUCTION_SET {

std::size_t workspace_size(const Product& product, int threads);
void multiply(const Product& product, float* c, std::int64_t stride, float* workspace, int threads);

}  // namespace gramstack::matrix::GRAMSTACK_INSTRUCTION_SET

namespace gramstack::few_channels::GRAMSTACK_INSTRUCTION_SET {

void forward(const Image& image, const float* x, const float* weights, const float* bias, const Filters<float>& y);
void data_gradient(const Image& image, const float* dy, std::int64_t dy_plane, std::int64_t filters,
                   const float* weights, const Rows& rows, float* dx);
void weight_gradient(const Image& image, const float* x, const Filters<const float>& dy, float* dw,
                     std::int64_t dw_block);

}  // namespace gramstack::few_channels::GRAMSTACK_INSTRUCTION_SET

namespace gramstack::wide::GRAMSTACK_INSTRUCTION_SET {

inline constexpr int kChains = 12;  ///< of products and sums, a vector wide each
void multiply_and_add(std::int64_t rounds);

}  // namespace gramstack::wide::GRAMSTACK_INSTRUCTION_SET
