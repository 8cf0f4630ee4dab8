// What the generators are written with. Private to kernels/.
#pragma once

#include <functional>

#include "kernels.h"

namespace gramstack::cudnn {

inline constexpr int kThreads = 256;
/// Blocks of kernels that walk over elements: enough for every multiprocessor, few enough to start quickly.
inline constexpr std::int64_t kMostBlocks = 2112;
/// Blocks that reductions are spread over: two for each of 132 multiprocessors.
inline constexpr std::int64_t kReductionBlocks = 264;

using Index = std::int64_t;

/// One operation being generated.
class Emitter {
 public:
  explicit Emitter(const Operation& operation) : operation_(operation) {}

  const Operation& operation() const { return operation_; }
  const Attributes& attributes() const { return operation_.attributes; }
  bool flag(std::string_view name) const;
  const Array& input(std::size_t i) const { return operation_.inputs.at(i); }
  const Array& output(std::size_t i = 0) const { return operation_.outputs.at(i); }
  int input_number(std::size_t i) const { return static_cast<int>(i); }
  int output_number(std::size_t i = 0) const { return static_cast<int>(operation_.inputs.size() + i); }
  const Array& array(int number) const;  ///< of an input or output
  int scratch(std::int64_t bytes);       ///< its number

  /// Adds a kernel. `entry`: its beginning, such as "max_pool"; `parameters` and `body`: C++ text, in which $ stands
  /// for the kernel's name; `before`: what stands before the function.
  void call(const std::string& entry, const std::string& library, const std::string& before,
            const std::string& parameters, const std::string& body, Index grid, std::vector<int> operands, Index bytes);
  /// Adds a kernel whose parameters are the arrays `operands`, by the names p0, p1, ..., const for inputs.
  void call(const std::string& entry, const std::string& library, const std::string& before, const std::string& body,
            Index grid, std::vector<int> operands);

  void add(const KernelCall& made) { kernels_.calls.push_back(made); }
  Kernels take() { return std::move(kernels_); }

 private:
  const Operation& operation_;
  Kernels kernels_;
};

// --- text
const char* type_of(Element element);  ///< "float", "bf16", "int", "u8"
std::string literal(double value);     ///< "0.5f", of the nearest float

// --- arrays
Index bytes_of(const Array& array);
/// Extents in the order of memory, and how far apart neighbours along each axis of the shape are.
std::vector<std::size_t> memory_order(const Array& array);
std::vector<Index> strides(const Array& array);
/// How many neighbours are moved at once: 16 bytes of the narrowest array, at most 8, a divisor of `extent`.
Index lanes(std::initializer_list<const Array*> arrays, Index extent);
Index blocks_for(Index threads);  ///< of a kernel that walks over elements

// --- indices as text
struct Extent {
  Index extent, stride;
};
/// The place of element number `variable` of axes (outermost first), each `stride` apart: "i / 4 % 3 * 20 + i % 4".
/// Neighbouring axes that make one are joined.
std::string place(const std::string& variable, std::vector<Extent> axes);
std::vector<Extent> joined(std::vector<Extent> axes);

// --- the generators, by topic
using Generate = void (*)(Emitter&);
struct Generator {
  std::string_view op;
  Generate generate;
};
std::span<const Generator> elementwise_generators();
std::span<const Generator> reduction_generators();
std::span<const Generator> batch_norm_generators();
std::span<const Generator> pooling_generators();
std::span<const Generator> data_generators();
std::span<const Generator> matrix_generators();

}  // namespace gramstack::cudnn
