#include "common/fuse.h"

#include <algorithm>

#include "common/rule.h"

namespace gramstack::compiler {
namespace {

bool is_elementwise(const Instruction& instruction) { return !instruction.expressions.empty(); }

/// Keeps the instructions for which `keep` holds.
void erase_unless(Program& program, const std::vector<bool>& keep) {
  std::vector<Instruction> kept;
  for (std::size_t i = 0; i < program.instructions.size(); ++i)
    if (keep[i]) kept.push_back(std::move(program.instructions[i]));
  program.instructions = std::move(kept);
}

int operand_index(Expression& expression, TensorId input) {
  const auto found = std::find(expression.inputs.begin(), expression.inputs.end(), input);
  if (found != expression.inputs.end()) return static_cast<int>(found - expression.inputs.begin());
  for (Expression::Term& term : expression.terms)  // make room: results follow the inputs
    for (int* operand : {&term.left, &term.right})
      if (*operand >= static_cast<int>(expression.inputs.size())) ++*operand;
  expression.inputs.push_back(input);
  return static_cast<int>(expression.inputs.size()) - 1;
}

int result_index(const Expression& expression, TensorId tensor) {
  for (std::size_t i = 0; i < expression.terms.size(); ++i)
    if (expression.terms[i].result == tensor) return static_cast<int>(expression.inputs.size() + i);
  return -1;
}

/// Appends the terms of `second` to `first`.
void append(Expression& first, const Expression& second) {
  for (TensorId input : second.inputs)
    if (result_index(first, input) < 0) operand_index(first, input);
  std::vector<int> place;
  for (TensorId input : second.inputs) {
    const int result = result_index(first, input);
    place.push_back(result >= 0 ? result : operand_index(first, input));
  }
  for (Expression::Term term : second.terms) {
    term.left = place[static_cast<std::size_t>(term.left)];
    term.right = place[static_cast<std::size_t>(term.function->is_unary ? 0 : term.right)];
    first.terms.push_back(term);
    place.push_back(static_cast<int>(first.inputs.size() + first.terms.size()) - 1);
  }
}

/// Terms whose results nothing needs; inputs that no term reads.
void remove_unused(Expression& expression) {
  const std::size_t inputs = expression.inputs.size(), count = inputs + expression.terms.size();
  std::vector<bool> used(count, false);
  for (std::size_t i = count; i-- > inputs;) {
    const Expression::Term& term = expression.terms[i - inputs];
    if (term.result != kNone) used[i] = true;
    if (!used[i]) continue;
    used[static_cast<std::size_t>(term.left)] = true;
    if (!term.function->is_unary) used[static_cast<std::size_t>(term.right)] = true;
  }
  std::vector<int> place(count, 0);
  Expression kept;
  for (std::size_t i = 0, next = 0; i < count; ++i)
    if (used[i]) place[i] = static_cast<int>(next++);
  for (std::size_t i = 0; i < inputs; ++i)
    if (used[i]) kept.inputs.push_back(expression.inputs[i]);
  for (std::size_t i = inputs; i < count; ++i) {
    Expression::Term term = expression.terms[i - inputs];
    term.left = place[static_cast<std::size_t>(term.left)];
    term.right = term.function->is_unary ? 0 : place[static_cast<std::size_t>(term.right)];
    if (used[i]) kept.terms.push_back(term);
  }
  expression.inputs = std::move(kept.inputs);
  expression.terms = std::move(kept.terms);
}

/// A broadcast of an input within the expression: its readers read the input, which broadcasts by itself.
void look_through_broadcasts(Expression& expression) {
  const int inputs = static_cast<int>(expression.inputs.size());
  for (std::size_t i = 0; i < expression.terms.size(); ++i) {
    const Expression::Term& term = expression.terms[i];
    if (term.function->name != "broadcast" || term.left >= inputs) continue;
    for (std::size_t j = i + 1; j < expression.terms.size(); ++j)
      for (int* operand : {&expression.terms[j].left, &expression.terms[j].right})
        if (*operand == inputs + static_cast<int>(i)) *operand = term.left;
  }
}

class ElementwiseFusion {
 public:
  explicit ElementwiseFusion(Program& program)
      : program_(program), readers_(readers(program)), writers_(writers(program)), needed_(needed_at_end(program)) {
    for (std::size_t i = 0; i < program.instructions.size(); ++i) home_.push_back(i);
  }

  void run() {
    for (std::size_t i = 0; i < program_.instructions.size(); ++i)
      if (is_elementwise(program_.instructions[i])) absorb_producers(i);
    std::vector<bool> keep;
    for (std::size_t i = 0; i < home_.size(); ++i) {
      keep.push_back(home_[i] == i);
      if (keep[i] && is_elementwise(program_.instructions[i])) finish(i);
    }
    erase_unless(program_, keep);
  }

 private:
  static constexpr std::size_t kMostInputs = 31, kMostTerms = 32;

  Instruction& at(std::size_t i) { return program_.instructions[i]; }

  std::size_t home(std::size_t i) const {
    while (home_[i] != i) i = home_[i];
    return i;
  }

  void absorb_producers(std::size_t i) {
    const std::vector<TensorId> operands = at(i).inputs;
    for (TensorId operand : operands) {
      const Index writer = writers_[static_cast<std::size_t>(operand)];
      if (writer < 0) continue;
      const std::size_t producer = home(static_cast<std::size_t>(writer));
      if (producer != i && can_join(producer, i)) join(producer, i);
    }
  }

  bool can_join(std::size_t producer, std::size_t i) {
    if (!is_elementwise(at(producer))) return false;
    const Expression& first = at(producer).expressions[0];
    const Expression& second = at(i).expressions[0];
    if (first.shape != second.shape) return false;
    if (first.inputs.size() + second.inputs.size() > kMostInputs) return false;
    if (first.terms.size() + second.terms.size() > kMostTerms) return false;
    for (TensorId result : at(producer).outputs)
      for (std::size_t reader : readers_[static_cast<std::size_t>(result)])
        if (reader < i && home(reader) != producer) return false;
    return true;
  }

  void join(std::size_t producer, std::size_t i) {
    append(at(producer).expressions[0], at(i).expressions[0]);
    at(i).expressions = std::move(at(producer).expressions);
    collect_operands(at(i));
    home_[producer] = i;
  }

  void finish(std::size_t i) {
    Expression& expression = at(i).expressions[0];
    for (Expression::Term& term : expression.terms)
      if (!is_needed_outside(term.result, i)) term.result = kNone;
    look_through_broadcasts(expression);
    remove_unused(expression);
    collect_operands(at(i));
  }

  bool is_needed_outside(TensorId result, std::size_t i) const {
    if (needed_[static_cast<std::size_t>(result)]) return true;
    const std::vector<std::size_t>& list = readers_[static_cast<std::size_t>(result)];
    return std::any_of(list.begin(), list.end(), [&](std::size_t reader) { return home(reader) != i; });
  }

  Program& program_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<Index> writers_;
  std::vector<bool> needed_;
  std::vector<std::size_t> home_;  // by instruction: the one that it was joined to
};

/// Moves the instructions for which `late` holds behind all others.
void move_to_end(Program& program, const std::vector<bool>& late) {
  std::vector<Instruction> order;
  for (bool pass : {false, true})
    for (std::size_t i = 0; i < program.instructions.size(); ++i)
      if (late[i] == pass) order.push_back(std::move(program.instructions[i]));
  program.instructions = std::move(order);
}

/// How many expressions of the run [begin, end) stand before each one in its chain of dependences.
std::vector<std::size_t> depths(const Program& program, std::size_t begin, std::size_t end) {
  std::vector<std::size_t> depth(end - begin, 0);
  for (std::size_t i = begin; i < end; ++i)
    for (std::size_t j = begin; j < i; ++j)
      for (TensorId result : program.instructions[j].outputs) {
        const std::vector<TensorId>& inputs = program.instructions[i].inputs;
        if (std::find(inputs.begin(), inputs.end(), result) != inputs.end())
          depth[i - begin] = std::max(depth[i - begin], depth[j - begin] + 1);
      }
  return depth;
}

void batch_run(Program& program, std::size_t begin, std::size_t end, std::vector<Instruction>& out) {
  const std::vector<std::size_t> depth = depths(program, begin, end);
  const std::size_t deepest = *std::max_element(depth.begin(), depth.end());
  for (std::size_t level = 0; level <= deepest; ++level) {
    Instruction batch;
    for (std::size_t i = begin; i < end; ++i) {
      if (depth[i - begin] != level) continue;
      Instruction& member = program.instructions[i];
      if (batch.expressions.empty()) batch.name = member.name;
      batch.rule = member.rule;
      std::move(member.expressions.begin(), member.expressions.end(), std::back_inserter(batch.expressions));
    }
    collect_operands(batch);
    out.push_back(std::move(batch));
  }
}

}  // namespace

void sink_updates(Program& program) {
  const std::vector<std::vector<std::size_t>> reader = readers(program);
  std::vector<bool> late(program.instructions.size(), false);
  for (std::size_t i = program.instructions.size(); i-- > 0;) {
    const Instruction& instruction = program.instructions[i];
    late[i] = is_elementwise(instruction) || instruction.rule->view;
    for (TensorId output : instruction.outputs)
      for (std::size_t position : reader[static_cast<std::size_t>(output)])
        if (!late[position]) late[i] = false;
  }
  move_to_end(program, late);
}

void fuse_elementwise(Program& program) { ElementwiseFusion(program).run(); }

void batch_elementwise(Program& program) {
  std::vector<Instruction> out;
  for (std::size_t i = 0; i < program.instructions.size();) {
    std::size_t end = i;
    while (end < program.instructions.size() && is_elementwise(program.instructions[end])) ++end;
    if (end > i)
      batch_run(program, i, end, out);
    else
      out.push_back(std::move(program.instructions[end++]));
    i = end;
  }
  program.instructions = std::move(out);
}

}  // namespace gramstack::compiler
