#include "common/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "common/rule.h"

namespace gramstack::compiler {
namespace {

std::size_t aligned(std::size_t bytes, std::size_t alignment) {
  return (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
}

bool overlap_in_time(const LiveRange& a, const LiveRange& b) { return a.first <= b.last && b.first <= a.last; }

void share_views(Program& program) {
  for (const Instruction& instruction : program.instructions)
    if (instruction.rule->view) program.tensor(instruction.outputs[0]).storage = instruction.inputs[0];
}

/// Uses of memory by position, for every root tensor.
class Lives {
 public:
  explicit Lives(const Program& program) : program_(program), ranges_(program.tensors.size(), {-1, -1, 0, 0}) {
    for (std::size_t i = 0; i < program.instructions.size(); ++i) {
      for (TensorId id : program.instructions[i].inputs) extend(id, static_cast<Index>(i));
      for (TensorId id : program.instructions[i].outputs) extend(id, static_cast<Index>(i));
    }
    const Index end = static_cast<Index>(program.instructions.size());
    for (const Binding& output : program.outputs) extend(output.tensor, end);
    for (const Update& update : program.updates) extend(update.value, end);
  }
  /// Of the memory that `id` lives in.
  const LiveRange& of(TensorId id) const { return ranges_[static_cast<std::size_t>(program_.root(id))]; }
  /// `id`, a root, is going to live in the memory of `other`.
  void join(TensorId id, TensorId other) {
    LiveRange& range = ranges_[static_cast<std::size_t>(program_.root(other))];
    range.last = std::max(range.last, of(id).last);
  }

 private:
  void extend(TensorId id, Index position) {
    const TensorId root = program_.root(id);
    LiveRange& range = ranges_[static_cast<std::size_t>(root)];
    if (range.first < 0) range.first = position;
    range.last = std::max(range.last, position);
    range.bytes = stored_bytes(program_.tensor(root));
  }
  const Program& program_;
  std::vector<LiveRange> ranges_;
};

bool is_stored_alike(const Tensor& a, const Tensor& b) {
  return a.type == b.type && a.layout == b.layout && a.bf16 == b.bf16;
}

/// True when `operand` is read by the expression that computes `result` alone, element by element with it.
bool only_read_beside(const Program& program, const Instruction& instruction, TensorId result, TensorId operand) {
  if (instruction.expressions.empty()) return false;
  const TensorId memory = program.root(operand);
  for (const Expression& expression : instruction.expressions) {
    const bool own = std::any_of(expression.terms.begin(), expression.terms.end(),
                                 [&](const Expression::Term& term) { return term.result == result; });
    for (TensorId input : expression.inputs) {
      if (program.root(input) != memory) continue;
      const Tensor& tensor = program.tensor(input);
      if (!own || !is_stored_alike(tensor, program.tensor(result))) return false;
    }
  }
  return true;
}

bool is_free_arena_tensor(const Program& program, TensorId id) {
  return program.tensor(id).place == Place::arena && program.tensor(id).storage == kNone;
}

void place_updates(Program& program) {
  const std::vector<Index> writer = writers(program);
  for (Update& update : program.updates) {
    const Lives lives(program);
    const Index at = writer[static_cast<std::size_t>(update.value)];
    const bool is_output = std::any_of(program.outputs.begin(), program.outputs.end(), [&](const Binding& output) {
      return program.root(output.tensor) == program.root(update.value);
    });
    const bool in_place =
        !is_output && is_free_arena_tensor(program, update.value) && lives.of(update.parameter).last <= at &&
        (lives.of(update.parameter).last < at ||
         only_read_beside(program, program.instructions[static_cast<std::size_t>(at)], update.value, update.parameter));
    if (in_place) {
      program.tensor(update.value).storage = update.parameter;
      continue;
    }
    Instruction copy;
    copy.rule = program.dialect->find_rule("copy");
    copy.inputs = {update.value};
    copy.outputs = {update.parameter};
    program.instructions.push_back(std::move(copy));
  }
}

bool can_take_memory(const Program& program, const Lives& lives, TensorId result, TensorId operand, Index position) {
  const Tensor& tensor = program.tensor(operand);
  return program.tensor(program.root(operand)).place == Place::arena && lives.of(operand).last == position &&
         is_stored_alike(tensor, program.tensor(result));
}

void share_dying_operands(Program& program, const Instruction& instruction, Index position, Lives& lives) {
  std::vector<TensorId> taken;
  for (const Expression& expression : instruction.expressions)
    for (const Expression::Term& term : expression.terms) {
      if (term.result == kNone || !is_free_arena_tensor(program, term.result)) continue;
      for (TensorId operand : expression.inputs) {
        const TensorId memory = program.root(operand);
        if (std::find(taken.begin(), taken.end(), memory) != taken.end() ||
            !can_take_memory(program, lives, term.result, operand, position) ||
            !only_read_beside(program, instruction, term.result, operand))
          continue;
        lives.join(term.result, operand);
        program.tensor(term.result).storage = operand;
        taken.push_back(memory);
        break;
      }
    }
}

void share_dying_operands(Program& program) {
  Lives lives(program);
  for (std::size_t i = 0; i < program.instructions.size(); ++i)
    share_dying_operands(program, program.instructions[i], static_cast<Index>(i), lives);
}

}  // namespace

std::size_t assign_offsets(std::vector<LiveRange>& ranges, std::size_t alignment) {
  std::vector<std::size_t> order(ranges.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ranges[a].bytes > ranges[b].bytes; });
  std::vector<std::size_t> placed;  // by offset
  std::size_t arena = 0;
  for (std::size_t i : order) {
    std::size_t offset = 0;
    for (std::size_t other : placed) {
      if (!overlap_in_time(ranges[i], ranges[other])) continue;
      if (ranges[other].offset >= offset + aligned(ranges[i].bytes, alignment)) break;
      offset = std::max(offset, ranges[other].offset + aligned(ranges[other].bytes, alignment));
    }
    ranges[i].offset = offset;
    arena = std::max(arena, offset + aligned(ranges[i].bytes, alignment));
    const auto place =
        std::upper_bound(placed.begin(), placed.end(), offset,
                         [&](std::size_t value, std::size_t other) { return value < ranges[other].offset; });
    placed.insert(place, i);
  }
  return arena;
}

void assign_memory(Program& program, std::size_t alignment) {
  share_views(program);
  place_updates(program);
  share_dying_operands(program);
  const Lives lives(program);
  std::vector<LiveRange> ranges;
  std::vector<TensorId> owners;
  for (std::size_t i = 0; i < program.tensors.size(); ++i) {
    const TensorId id = static_cast<TensorId>(i);
    if (!is_free_arena_tensor(program, id) || lives.of(id).first < 0) continue;
    ranges.push_back(lives.of(id));
    owners.push_back(id);
  }
  program.arena = assign_offsets(ranges, alignment);
  for (std::size_t i = 0; i < ranges.size(); ++i) program.tensor(owners[i]).offset = ranges[i].offset;
}

std::size_t assign_permanent(Program& program, std::size_t alignment) {
  std::size_t size = 0;
  for (Tensor& tensor : program.tensors) {
    if (tensor.place == Place::arena || tensor.place == Place::given) continue;
    tensor.offset = size;
    size += aligned(stored_bytes(tensor), alignment);
  }
  return size;
}

std::string memory_to_text(const Program& program) {
  const Lives lives(program);
  std::string text = fmt::format("arena {} bytes\n", program.arena);
  for (std::size_t i = 0; i < program.tensors.size(); ++i) {
    const TensorId id = static_cast<TensorId>(i);
    const LiveRange& life = lives.of(id);
    if (!is_free_arena_tensor(program, id) || life.first < 0) continue;
    text += fmt::format("%{}: {} bytes at {}, live {}..{}\n", id, life.bytes, program.tensor(id).offset, life.first,
                        life.last);
  }
  return text;
}

}  // namespace gramstack::compiler
