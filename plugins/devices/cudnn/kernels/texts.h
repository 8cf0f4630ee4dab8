// The files source/*.cuh as texts; CMake makes them.
#pragma once

namespace gramstack::cudnn::texts {

extern const char* const k_device;
extern const char* const k_prelude;
extern const char* const k_elementwise;
extern const char* const k_reduction;
extern const char* const k_batch_norm;
extern const char* const k_pooling;
extern const char* const k_data;
extern const char* const k_matrix;

}  // namespace gramstack::cudnn::texts
