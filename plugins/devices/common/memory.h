// Pass "memory": which tensors share memory, and offsets in one arena for the rest.
//
// A tensor lives from the instruction that writes it to the last that reads it; two tensors may overlap in the arena
// only when their lives do not. Largest first, each takes the lowest gap that is free during its life:
//
//   instruction:   0 a=f(x)   1 b=g(a)   2 c=h(b)   3 output d=k(c)        bytes  life   offset
//                                                                      a    64    0..1       0
//                                                                      b    64    1..2      64
//                                                                      c    64    2..3       0   (a is gone)
//                                                                      d    64    3..end    64   (b is gone)
//
// Before that: views use the memory of what they view; the value of an update takes its parameter's memory when
// nothing reads the parameter later (otherwise a copy is appended); the result of an expression takes the memory of an
// operand that dies with it.
#pragma once

#include "common/program.h"

namespace gramstack::compiler {

inline constexpr std::size_t kAlignment = 64;

struct LiveRange {
  Index first = 0, last = 0;  ///< positions of instructions, inclusive
  std::size_t bytes = 0;
  std::size_t offset = 0;  ///< result, a multiple of the alignment
};

/// Sets the offsets; returns the bytes of the arena.
std::size_t assign_offsets(std::vector<LiveRange>& ranges, std::size_t alignment = kAlignment);

void assign_memory(Program& program, std::size_t alignment = kAlignment);
/// Offsets of inputs, parameters and constants, one behind the other; returns their bytes.
std::size_t assign_permanent(Program& program, std::size_t alignment = kAlignment);

/// The offsets as text, one line a tensor of the arena, for observers.
std::string memory_to_text(const Program& program);

}  // namespace gramstack::compiler
