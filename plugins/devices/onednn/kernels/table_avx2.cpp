// Compiled with -mavx2 -mfma (plugins/CMakeLists.txt).
#define GRAMSTACK_INSTRUCTION_SET avx2
#include "kernels/table.cpp"
