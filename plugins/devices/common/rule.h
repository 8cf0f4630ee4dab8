// One row an op, as the shared passes see it. A device derives its own rows and says in a Dialect where they are.
#pragma once

#include <cstdint>
#include <string_view>

namespace gramstack::compiler {

struct Program;
struct Instruction;

/// What an instruction wants of the 4-d tensors it reads and writes: the device's own layout of images.
enum class Wish : std::uint8_t {
  plain,
  follow,  ///< the device's own when one of its inputs has it
  blocked,
};

struct LayoutRule {
  Wish wish = Wish::plain;
  std::uint32_t inputs = ~0u, outputs = ~0u;  ///< bit i: the wish holds for input i; others are plain
  bool padded = true;                         ///< keeps the channels that pad a block zero
};

struct Rule {
  std::string_view name;
  LayoutRule (*layout)(const Program&, const Instruction&) = nullptr;  ///< nullptr: all plain
  bool view = false;                                                   ///< nothing to run
};

/// A function of one or two numbers.
struct Elementwise {
  std::string_view name;
  bool is_unary = false;
};

/// The rows of a device.
struct Dialect {
  const Rule* (*find_rule)(std::string_view name) = nullptr;  ///< nullptr: none; likewise below
  const Elementwise* (*find_elementwise)(std::string_view name) = nullptr;
  const Rule* elementwise = nullptr;  ///< the rule that runs expressions
};

}  // namespace gramstack::compiler
