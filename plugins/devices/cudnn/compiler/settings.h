// What the device's parameters ask for.
#pragma once

#include <cstdint>

namespace gramstack::cudnn {

/// fp32: strict. tf32: convolutions and matrix products of f32 numbers on tensor cores, with 10 bits of fraction.
/// bf16: maps and the operands of convolutions are bf16; weights, statistics, Gram matrices and losses stay f32.
enum class Precision : std::uint8_t { fp32, tf32, bf16 };

struct Settings {
  Precision precision = Precision::fp32;
  bool deterministic = true;
};

}  // namespace gramstack::cudnn
