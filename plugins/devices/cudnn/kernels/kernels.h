// The device's own kernels, as CUDA source: what a convolution or a matrix product is not. An operation is described by
// op, arrays and attributes; generate() gives the launches that compute it. Shapes, layouts and element types are
// written into the source, so that index arithmetic is by constants. Arithmetic is in f32, reductions add in a fixed
// order without atomics: same input, same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/graph.h"

namespace gramstack::cudnn {

enum class Element : std::uint8_t { f32, bf16, i32, u8 };
std::size_t size_of(Element element);
const char* name_of(Element element);  ///< "bf16"

enum class Layout : std::uint8_t { plain, nhwc };  ///< nhwc: of 4-d arrays only; their shape stays [n,c,h,w]

/// A tensor as kernels see it. Its address must be a multiple of 256.
struct Array {
  Element element = Element::f32;
  Shape shape;
  Layout layout = Layout::plain;
  std::optional<double> value;  ///< a constant that all elements have: written into the source, not passed
};

/// A function of one or two operands; `function` is an elementwise op, or "broadcast" or "copy" (identity). Operands
/// are the expression's inputs, then its terms.
struct Term {
  std::string_view function;
  int left = 0, right = 0;  ///< right: of binary functions only
  int result = -1;          ///< the output that it is stored in; -1: needed within the expression only
};

/// Outputs have one shape and one layout, which inputs broadcast to. An output may share memory with an input of its
/// shape, layout and element; all terms of one element are computed before any of them is stored.
struct Expression {
  std::vector<Array> inputs, outputs;
  std::vector<Term> terms;
};

/// Ops: those of the op table but convolutions and matrix products, and
///   elementwise     expressions; inputs and outputs of the operation are those of its expressions, one after another
///   copy            x -> y: another element type or layout; integers stay as they are
///   gather          the result has the table's elements and layout
///   symmetrize      f32 [n,n] -> what is below the diagonal mirrored; may be in place
///   crop_normalize  images u8, offsets i32 -> real; attributes padding, mean, deviation
///   batch_norm, batch_norm_inference  attributes fused_add (one more input, the addend), fused_relu
///   batch_norm_gradient               attributes fused_relu (one more input, y, or with mask_of_source the shift),
///                                     then fused_add (one more input, a second gradient); a fourth output takes the
///                                     masked sum
/// Vectors of statistics, scales and shifts, and results of reductions, norms and losses are f32.
struct Operation {
  std::string op;
  std::vector<Array> inputs, outputs;
  Attributes attributes;
  std::vector<Expression> expressions;
};

struct KernelSource {
  std::string name;     ///< of the entry point, extern "C"; equal sources have equal names, others differ
  std::string library;  ///< the text under source/ that the body uses
  std::string body;
};

/// A translation unit for NVRTC with these kernels: it includes nothing.
std::string text(std::span<const KernelSource> kernels);
std::string text(const KernelSource& kernel);
/// The same without the part that only a GPU understands; the caller puts its own part (round_to_bf16) before it.
std::string host_text(std::span<const KernelSource> kernels);

/// A launch over `grid` blocks of `block` threads, one-dimensional, without dynamic shared memory. Its parameters are
/// the addresses of `operands`, in order, as consecutive 8-byte pointers.
struct KernelCall {
  KernelSource kernel;
  unsigned grid = 1, block = 256;
  std::vector<int> operands;  ///< numbers of inputs, then outputs, then scratch buffers
  std::int64_t bytes = 0;     ///< that it must move at least
};

struct Kernels {
  std::vector<KernelCall> calls;     ///< in order
  std::vector<std::size_t> scratch;  ///< bytes of each scratch buffer, needed during these calls only
};

/// Whether generate() knows the op.
bool has_kernel(std::string_view op);

/// Elements of an array that kernels index: more are refused.
inline constexpr std::int64_t kMostElements = std::int64_t{1} << 30;

/// Throws Error(resource) for arrays of more than kMostElements, std::logic_error for an op that it does not know.
Kernels generate(const Operation& operation);

}  // namespace gramstack::cudnn
