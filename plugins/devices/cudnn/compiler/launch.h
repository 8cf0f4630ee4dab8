// The launch list: all that a step asks of the GPU, in order. It is complete before a GPU is needed: each launch has
// its operands as tensors of the program, whose memory is planned. None of its kinds waits for the host or allocates.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "common/program.h"
#include "compiler/settings.h"
#include "kernels/kernels.h"

namespace gramstack::cudnn {

enum class Direction : std::uint8_t { forward, data_gradient, weight_gradient };

/// A convolution by cuDNN's graph API; all tensors nhwc. Operands: forward x, w, y; data gradient dy, w, dx; weight
/// gradient x, dy, dw.
struct ConvolutionRequest {
  Direction direction = Direction::forward;
  Shape x, w, y;
  std::int64_t stride = 1, padding = 0;
  Precision precision = Precision::fp32;
  bool deterministic = true;
  bool operator==(const ConvolutionRequest&) const = default;
};

/// c[m,n] = op(a) op(b) of row-major f32 matrices by cuBLASLt. Operands a, b, c.
struct MatmulRequest {
  std::int64_t m = 0, n = 0, k = 0;
  bool transpose_a = false, transpose_b = false;
  bool tf32 = false;
  bool operator==(const MatmulRequest&) const = default;
};

struct CopyRequest {
  std::size_t bytes = 0;
};

/// A tensor of the program, or a place in the scratch memory that all launches share.
struct Operand {
  compiler::TensorId tensor = compiler::kNone;
  std::size_t scratch = 0;
};

struct Launch {
  std::string name;  ///< the instruction: its rule and the node that it comes from
  std::variant<KernelCall, ConvolutionRequest, MatmulRequest, CopyRequest> request;
  std::vector<Operand> operands;  ///< of a kernel: its parameters
  std::int64_t bytes = 0;         ///< that must be moved at least
};

struct LaunchList {
  std::vector<Launch> launches;
  std::size_t scratch = 0;  ///< bytes
};

/// Tensors of one instruction never need more.
inline constexpr std::size_t kAddressAlignment = 256;

/// REQUIRES: all passes are done. Throws Error(resource) for tensors that kernels cannot index.
LaunchList make_launches(const compiler::Program& program, const Settings& settings);

std::string to_text(const ConvolutionRequest& request);
std::string to_text(const MatmulRequest& request);
/// One line a launch: its name, what runs it, its operands, the bytes that it moves.
std::string to_text(const LaunchList& list, const compiler::Program& program);

}  // namespace gramstack::cudnn
