// Expressions, one or many in one parallel region.
#include <algorithm>

#include "ops/expression.h"
#include "threads.h"

namespace gramstack::onednn {
namespace {

/// A contiguous part of one expression, for one thread.
struct Piece {
  std::size_t expression;
  Index begin, end;
};

/// Cuts all expressions, laid end to end, into `parts` of about the same work.
std::vector<std::vector<Piece>> cut(const std::vector<BoundExpression>& expressions, int parts) {
  Index total = 0;
  for (const BoundExpression& e : expressions) total += e.elements * static_cast<Index>(e.calls.size());
  std::vector<std::vector<Piece>> pieces(static_cast<std::size_t>(parts));
  Index before = 0;  // work
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    const Index weight = static_cast<Index>(expressions[i].calls.size());
    const Index count = expressions[i].elements;
    for (Index part = 0; part < parts; ++part) {
      const auto place = [&](Index boundary) {  // first element of this expression that belongs behind the boundary
        const Index element = (boundary - before) / weight / 16 * 16;
        return boundary >= total ? count : std::clamp<Index>(element, 0, count);
      };
      const Index begin = place(total * part / parts), end = place(total * (part + 1) / parts);
      if (begin < end) pieces[static_cast<std::size_t>(part)].push_back({i, begin, end});
    }
    before += count * weight;
  }
  return pieces;
}

Run prepare_elementwise(Preparation& preparation) {
  std::vector<BoundExpression> expressions;
  Index work = 0, buffers = 0;
  for (const Expression& expression : preparation.instruction().expressions) {
    expressions.push_back(bind(preparation, expression));
    work += expressions.back().elements * static_cast<Index>(expressions.back().calls.size());
    buffers = std::max(buffers, expressions.back().buffers);
  }
  const int parts = parts_for(work / 2, preparation.threads());
  const Index scratch = buffers * kBlockElements;
  const Workspace* workspace = preparation.workspace(static_cast<std::size_t>(scratch * parts) * sizeof(float));
  std::vector<std::vector<Piece>> pieces = cut(expressions, parts);
  return [expressions = std::move(expressions), pieces = std::move(pieces), parts, scratch, workspace] {
    parallel(parts, [&](int part) {
      float* own = workspace->data() + scratch * part;
      for (const Piece& piece : pieces[static_cast<std::size_t>(part)])
        expressions[piece.expression].run(piece.begin, piece.end, own);
    });
  };
}

/// True when results are zero wherever all operands of the expression's own shape are: padded channels stay zero.
/// Operands that differ from channel to channel have no padding to read.
bool keeps_zero(const Program& program, const Expression& expression) {
  std::vector<bool> zero;
  for (TensorId input : expression.inputs) {
    const Shape& shape = program.shape(input);
    zero.push_back(shape == expression.shape);
    if (!zero.back() && shape.size() >= 3 && shape[shape.size() - 3] != 1) return false;
  }
  for (const Expression::Term& term : expression.terms) {
    const bool left = zero[static_cast<std::size_t>(term.left)], right = zero[static_cast<std::size_t>(term.right)];
    const Elementwise::Zero rule = static_cast<const Elementwise*>(term.function)->zero;
    zero.push_back(rule == Elementwise::Zero::left     ? left
                   : rule == Elementwise::Zero::either ? left || right
                   : rule == Elementwise::Zero::both   ? left && right
                                                       : false);
    if (term.result != kNone && !zero.back()) return false;
  }
  return true;
}

/// All tensors of the expression's own shape follow; operands that are broadcast are plain.
LayoutRule layout_elementwise(const Program& program, const Instruction& instruction) {
  const Expression& expression = instruction.expressions[0];
  LayoutRule rule{Wish::follow, 0, ~0u, keeps_zero(program, expression)};
  for (std::size_t i = 0; i < instruction.inputs.size(); ++i)
    if (program.shape(instruction.inputs[i]) == expression.shape) rule.inputs |= 1u << i;
  return rule;
}

constexpr Rule kRules[] = {{"elementwise", layout_elementwise, prepare_elementwise}};

}  // namespace

std::span<const Rule> elementwise_rules() { return kRules; }
const Rule& elementwise_rule() { return kRules[0]; }

}  // namespace gramstack::onednn
