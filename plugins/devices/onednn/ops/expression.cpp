#include "ops/expression.h"

#include <algorithm>
#include <cstring>

namespace gramstack::onednn {
namespace {

class Binder {
 public:
  Binder(const Preparation& preparation, const Expression& expression)
      : preparation_(preparation),
        expression_(expression),
        inputs_(expression.inputs.size()),
        last_read_(inputs_ + expression.terms.size(), 0) {}

  BoundExpression bind() {
    bound_.elements = stored_elements(expression_.shape, expression_.layout);
    for (TensorId input : expression_.inputs) bound_.slots.push_back(input_slot(input));
    bound_.slots.resize(last_read_.size());
    for (std::size_t i = 0; i < expression_.terms.size(); ++i) {
      last_read_[left(i)] = i;
      last_read_[right(i)] = i;
    }
    for (std::size_t i = 0; i < expression_.terms.size(); ++i) add_term(i);
    bound_.calls.insert(bound_.calls.end(), copies_.begin(), copies_.end());
    return std::move(bound_);
  }

 private:
  std::size_t left(std::size_t i) const { return static_cast<std::size_t>(expression_.terms[i].left); }
  std::size_t right(std::size_t i) const {
    return expression_.terms[i].function->is_unary ? left(i) : static_cast<std::size_t>(expression_.terms[i].right);
  }

  Slot input_slot(TensorId id) const {
    const Shape& shape = preparation_.program().shape(id);
    float* data = preparation_.data(id);
    if (shape == expression_.shape ||
        (expression_.layout == Layout::plain && elements(shape) == elements(expression_.shape)))
      return {Slot::Kind::memory, data, 0};
    if (elements(shape) == 1) return {Slot::Kind::scalar, data, 0};
    return {Slot::Kind::buffer, data, -1};  // to be gathered when it is first read
  }

  Index take_buffer() {
    if (free_.empty()) return bound_.buffers++;
    const Index buffer = free_.back();
    free_.pop_back();
    return buffer;
  }

  void release(std::size_t operand, std::size_t i) {
    const Slot& slot = bound_.slots[operand];
    if (slot.kind == Slot::Kind::buffer && last_read_[operand] == i) free_.push_back(slot.buffer);
  }

  bool is_scalar(std::size_t operand) const { return bound_.slots[operand].kind == Slot::Kind::scalar; }

  /// Functions of one operand, and of two scalars, need a vector.
  void make_vector(std::size_t operand) {
    Slot& slot = bound_.slots[operand];
    const bool waits = slot.kind == Slot::Kind::buffer && slot.buffer < 0;
    if (!waits && slot.kind != Slot::Kind::scalar) return;
    const Shape& shape = preparation_.program().shape(expression_.inputs[operand]);
    const Shape& walked = slot.kind == Slot::Kind::scalar ? Shape{} : shape;
    bound_.gathers.push_back({broadcast_strides(walked, expression_.shape, expression_.layout), slot.data});
    slot = {Slot::Kind::buffer, nullptr, take_buffer()};
    bound_.calls.push_back({Call::Form::gather, nullptr, bound_.gathers.size() - 1, 0, operand});
  }

  void add_term(std::size_t i) {
    const Expression::Term& term = expression_.terms[i];
    const std::size_t a = left(i), b = right(i), out = inputs_ + i;
    if (term.function->is_unary || !is_scalar(a)) make_vector(a);
    if (!is_scalar(b) || is_scalar(a)) make_vector(b);
    const Call::Form form = term.function->is_unary ? Call::Form::unary
                            : is_scalar(a)          ? Call::Form::left_scalar
                            : is_scalar(b)          ? Call::Form::right_scalar
                                                    : Call::Form::binary;
    release(a, i);
    if (a != b) release(b, i);
    store_in(out, i);
    bound_.calls.push_back({form, static_cast<const Elementwise*>(term.function), a, b, out});
  }

  /// Gives the result of term i a buffer, or its tensor's memory unless a later term reads an operand there.
  void store_in(std::size_t out, std::size_t i) {
    const TensorId result = expression_.terms[i].result;
    float* data = result == kNone ? nullptr : preparation_.data(result);
    if (data && !is_read_later(data, i)) {
      bound_.slots[out] = {Slot::Kind::memory, data, 0};
      return;
    }
    bound_.slots[out] = {Slot::Kind::buffer, nullptr, take_buffer()};
    if (!data) return;
    last_read_[out] = expression_.terms.size();  // by the copy at the end of the block
    bound_.slots.push_back({Slot::Kind::memory, data, 0});
    copies_.push_back({Call::Form::copy, nullptr, out, out, bound_.slots.size() - 1});
  }

  bool is_read_later(const float* data, std::size_t i) const {
    for (std::size_t k = 0; k < inputs_; ++k)
      if (last_read_[k] > i && bound_.slots[k].data == data) return true;
    return false;
  }

  const Preparation& preparation_;
  const Expression& expression_;
  std::size_t inputs_;
  BoundExpression bound_;
  std::vector<std::size_t> last_read_;  // by operand: the last term that reads it
  std::vector<Index> free_;             // buffers
  std::vector<Call> copies_;            // at the end of a block
};

/// Takes a product with a scalar into the sum or the difference that alone reads it, right behind it: data is passed
/// once instead of twice, and every bit stays what it was.
class Joiner {
 public:
  explicit Joiner(BoundExpression& bound) : bound_(bound), reads_(bound.slots.size(), 0) {
    for (const Call& call : bound.calls) {
      if (call.form == Call::Form::gather) continue;
      ++reads_[call.left];
      if (is_binary(call)) ++reads_[call.right];
    }
  }

  void run() {
    std::vector<Call> joined;
    for (const Call& call : bound_.calls)
      if (joined.empty() || !join(joined.back(), call)) joined.push_back(call);
    bound_.calls = std::move(joined);
  }

 private:
  static bool is_binary(const Call& call) { return call.form != Call::Form::unary && call.form != Call::Form::copy; }

  bool is_temporary(std::size_t slot) const {
    return bound_.slots[slot].kind == Slot::Kind::buffer && reads_[slot] == 1;
  }

  /// Whether `sum` was taken into the call before it.
  bool join(Call& product, const Call& sum) const {
    const bool scaled = product.form == Call::Form::left_scalar || product.form == Call::Form::right_scalar;
    if (!scaled || !product.function->is_product || sum.form != Call::Form::binary || !sum.function->with_product ||
        !is_temporary(product.out))
      return false;
    const bool swapped = sum.left == product.out && sum.function->commutes;
    if (sum.right != product.out && !swapped) return false;
    const bool left = product.form == Call::Form::left_scalar;
    product = {Call::Form::with_product,
               sum.function,
               swapped ? sum.right : sum.left,
               left ? product.right : product.left,
               sum.out,
               left ? product.left : product.right};
    return true;
  }

  BoundExpression& bound_;
  std::vector<int> reads_;  // by slot
};

/// One block of a bound expression.
struct Block {
  const BoundExpression& expression;
  Index begin, n;
  float* scratch;

  float* at(std::size_t slot) const {
    const Slot& s = expression.slots[slot];
    if (s.kind == Slot::Kind::memory) return s.data + begin;
    return s.kind == Slot::Kind::scalar ? s.data : scratch + s.buffer * kBlockElements;
  }

  void run(const Call& call) const {
    float* out = at(call.out);
    switch (call.form) {
      case Call::Form::gather: {
        const Gather& operand = expression.gathers[call.left];
        return gather(operand.walk, operand.data, begin, n, out);
      }
      case Call::Form::copy:
        std::memcpy(out, at(call.left), static_cast<std::size_t>(n) * sizeof(float));
        return;
      case Call::Form::unary:
        return call.function->unary(out, at(call.left), n);
      case Call::Form::binary:
        return call.function->binary(out, at(call.left), at(call.right), n);
      case Call::Form::left_scalar:
        return call.function->left_scalar(out, at(call.left), at(call.right), n);
      case Call::Form::right_scalar:
        return call.function->right_scalar(out, at(call.left), at(call.right), n);
      case Call::Form::with_product:
        return call.function->with_product(out, at(call.left), at(call.right), at(call.scale), n);
    }
  }
};

}  // namespace

BoundExpression bind(const Preparation& preparation, const Expression& expression) {
  BoundExpression bound = Binder(preparation, expression).bind();
  Joiner(bound).run();
  return bound;
}

void BoundExpression::run(Index begin, Index end, float* scratch) const {
  for (Index at = begin; at < end; at += kBlockElements) {
    const Block block{*this, at, std::min(kBlockElements, end - at), scratch};
    for (const Call& call : calls) block.run(call);
  }
}

}  // namespace gramstack::onednn
