#include "vendor.h"

#include <bit>
#include <cstring>
#include <functional>
#include <stdexcept>

namespace gramstack::gpu_test {
namespace {

using Index = std::int64_t;

/// Calls visit(n, k, c, y', x', y, x, row, column) for every product of a convolution.
template <class Visit>
void for_each_product(const Shape& x, const Shape& w, const Shape& y, const Attributes& attributes, Visit visit) {
  const Index stride = attributes.integer("stride"), padding = attributes.integer("padding");
  for (Index n = 0; n < y[0]; ++n)
    for (Index k = 0; k < y[1]; ++k)
      for (Index oy = 0; oy < y[2]; ++oy)
        for (Index ox = 0; ox < y[3]; ++ox)
          for (Index c = 0; c < w[1]; ++c)
            for (Index row = 0; row < w[2]; ++row)
              for (Index column = 0; column < w[3]; ++column) {
                const Index iy = oy * stride + row - padding, ix = ox * stride + column - padding;
                if (iy >= 0 && iy < x[2] && ix >= 0 && ix < x[3]) visit(n, k, c, oy, ox, iy, ix, row, column);
              }
}

using Inputs = std::vector<Memory>;

/// Sums in f64, stored at the end.
class Sums {
 public:
  explicit Sums(const Shape& shape) : shape_(shape), values_(static_cast<std::size_t>(elements(shape))) {}
  double& at(Index a, Index b, Index c, Index d) {
    return values_[static_cast<std::size_t>(((a * shape_[1] + b) * shape_[2] + c) * shape_[3] + d)];
  }
  void store(const Memory& to) {
    for (Index a = 0; a < shape_[0]; ++a)
      for (Index b = 0; b < shape_[1]; ++b)
        for (Index c = 0; c < shape_[2]; ++c)
          for (Index d = 0; d < shape_[3]; ++d) to.set(to.place({a, b, c, d}), at(a, b, c, d));
  }

 private:
  Shape shape_;
  std::vector<double> values_;
};

void conv2d(const Attributes& attributes, const Inputs& in, const Memory& out) {
  Sums sums(out.array.shape);
  for_each_product(in[0].array.shape, in[1].array.shape, out.array.shape, attributes,
                   [&](Index n, Index k, Index c, Index oy, Index ox, Index iy, Index ix, Index row, Index column) {
                     sums.at(n, k, oy, ox) += in[0].at({n, c, iy, ix}) * in[1].at({k, c, row, column});
                   });
  const Shape& y = out.array.shape;
  if (in.size() > 2)
    for (Index n = 0; n < y[0]; ++n)
      for (Index k = 0; k < y[1]; ++k)
        for (Index oy = 0; oy < y[2]; ++oy)
          for (Index ox = 0; ox < y[3]; ++ox) sums.at(n, k, oy, ox) += in[2].at({k});
  sums.store(out);
}

void data_gradient(const Attributes& attributes, const Inputs& in, const Memory& out) {
  Sums sums(out.array.shape);
  for_each_product(out.array.shape, in[1].array.shape, in[0].array.shape, attributes,
                   [&](Index n, Index k, Index c, Index oy, Index ox, Index iy, Index ix, Index row, Index column) {
                     sums.at(n, c, iy, ix) += in[0].at({n, k, oy, ox}) * in[1].at({k, c, row, column});
                   });
  sums.store(out);
}

void weight_gradient(const Attributes& attributes, const Inputs& in, const Memory& out) {
  Sums sums(out.array.shape);
  for_each_product(in[0].array.shape, out.array.shape, in[1].array.shape, attributes,
                   [&](Index n, Index k, Index c, Index oy, Index ox, Index iy, Index ix, Index row, Index column) {
                     sums.at(k, c, row, column) += in[0].at({n, c, iy, ix}) * in[1].at({n, k, oy, ox});
                   });
  sums.store(out);
}

void matmul(const Attributes& attributes, const Inputs& in, const Memory& out) {
  const bool ta = attributes.integer("transpose_a") != 0, tb = attributes.integer("transpose_b") != 0;
  const Index inner = in[0].array.shape[ta ? 0 : 1];
  for (Index row = 0; row < out.array.shape[0]; ++row)
    for (Index column = 0; column < out.array.shape[1]; ++column) {
      double sum = in.size() > 2 ? in[2].at({column}) : 0;
      for (Index i = 0; i < inner; ++i)
        sum += (ta ? in[0].at({i, row}) : in[0].at({row, i})) * (tb ? in[1].at({column, i}) : in[1].at({i, column}));
      out.set(out.place({row, column}), sum);
    }
}

/// Only what is on and below the diagonal: "symmetrize" must do the rest.
void gram(const Attributes&, const Inputs& in, const Memory& out) {
  for (Index row = 0; row < out.array.shape[0]; ++row)
    for (Index column = 0; column <= row; ++column) {
      double sum = 0;
      for (Index i = 0; i < in[0].array.shape[1]; ++i) sum += in[0].at({row, i}) * in[0].at({column, i});
      out.set(out.place({row, column}), sum);
    }
}

struct Entry {
  std::string_view op;
  void (*run)(const Attributes&, const Inputs&, const Memory&);
};

constexpr Entry kEntries[] = {{"conv2d", conv2d},
                              {"conv2d_data_gradient", data_gradient},
                              {"conv2d_weight_gradient", weight_gradient},
                              {"matmul", matmul},
                              {"gram", gram}};

}  // namespace

std::size_t Memory::place(std::initializer_list<std::int64_t> index) const {
  const std::vector<Index> i(index);
  const Shape& shape = array.shape;
  if (array.layout == cudnn::Layout::nhwc)
    return static_cast<std::size_t>(((i[0] * shape[2] + i[2]) * shape[3] + i[3]) * shape[1] + i[1]);
  Index place = 0;
  for (std::size_t axis = 0; axis < i.size(); ++axis) place = place * shape[axis] + i[axis];
  return static_cast<std::size_t>(place);
}

std::size_t Memory::place_of(std::int64_t number) const {
  if (array.layout == cudnn::Layout::plain) return static_cast<std::size_t>(number);
  const Shape& shape = array.shape;
  const Index x = number % shape[3], y = number / shape[3] % shape[2], c = number / (shape[3] * shape[2]) % shape[1];
  return place({number / (shape[3] * shape[2] * shape[1]), c, y, x});
}

double Memory::get(std::size_t place) const {
  if (array.value) return *array.value;
  const std::byte* const from = address + place * size_of(array.element);
  if (array.element == cudnn::Element::bf16) {
    std::uint16_t bits;
    std::memcpy(&bits, from, sizeof bits);
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
  }
  float value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

void Memory::set(std::size_t place, double value) const {
  std::byte* const to = address + place * size_of(array.element);
  const float single = static_cast<float>(value);
  if (array.element == cudnn::Element::bf16) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(single);
    const std::uint16_t upper = static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
    std::memcpy(to, &upper, sizeof upper);
    return;
  }
  std::memcpy(to, &single, sizeof single);
}

bool is_vendor_op(std::string_view op) {
  for (const Entry& entry : kEntries)
    if (entry.op == op) return true;
  return false;
}

void run_vendor(std::string_view op, const Attributes& attributes, const std::vector<Memory>& inputs,
                const Memory& output) {
  for (const Entry& entry : kEntries)
    if (entry.op == op) return entry.run(attributes, inputs, output);
  throw std::logic_error("no library computes '" + std::string(op) + "'");
}

}  // namespace gramstack::gpu_test
