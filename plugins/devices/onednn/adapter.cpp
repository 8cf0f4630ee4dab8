#include "adapter.h"

#include <fmt/format.h>

#include <array>
#include <oneapi/dnnl/dnnl.hpp>
#include <vector>

#include "api/error.h"

namespace gramstack::onednn {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

memory::desc describe(memory::dims dims, Tag tag) { return {std::move(dims), memory::data_type::f32, tag}; }

Tag tag_of(Layout layout) { return layout == Layout::blocked ? Tag::nChw8c : Tag::nchw; }

/// Descriptions of the tensors of a convolution; packed weights are oneDNN's choice.
struct Descriptions {
  Descriptions(Direction direction, const ConvolutionShape& s)
      : narrow(direction == Direction::forward && s.x == Layout::blocked && s.channels < kBlock),
        x(describe({s.images, narrow ? kBlock : s.channels, s.height, s.width}, tag_of(s.x))),
        y(describe({s.images, s.filters, s.out_height, s.out_width}, tag_of(s.y))),
        packed(narrow ? describe({s.filters, kBlock, s.size, s.size}, Tag::OIhw8i8o)
                      : describe({s.filters, s.channels, s.size, s.size}, Tag::any)),
        plain(describe({s.filters, s.channels, s.size, s.size}, Tag::oihw)),
        bias(s.bias ? describe({s.filters}, Tag::x) : memory::desc()),
        strides{s.stride, s.stride},
        left{s.padding, s.padding},
        right{end_padding(s.out_height, s.height, s), end_padding(s.out_width, s.width, s)} {}

  static Index end_padding(Index out, Index in, const ConvolutionShape& s) {
    return (out - 1) * s.stride + s.size - in - s.padding;
  }

  /// Fewer than 8 channels, blocked: the vectorised forward convolution does not take them. With the padding taken
  /// for channels, x and the packed weights are the same bytes, and it does.
  bool narrow;
  memory::desc x, y, packed, plain, bias;
  memory::dims strides, left, right;
};

using Forward = dnnl::convolution_forward;
using DataGradient = dnnl::convolution_backward_data;
using WeightGradient = dnnl::convolution_backward_weights;

dnnl::primitive_attr attributes() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

constexpr dnnl::algorithm kDirect = dnnl::algorithm::convolution_direct;

#if DNNL_VERSION_MAJOR >= 3
Forward::primitive_desc forward(const dnnl::engine& engine, const Descriptions& d) {
  return {
      engine,      dnnl::prop_kind::forward_training, kDirect, d.x, d.packed, d.bias, d.y, d.strides, d.left, d.right,
      attributes()};
}
DataGradient::primitive_desc data_gradient(const dnnl::engine& engine, const Descriptions& d) {
  return {engine, kDirect, d.x, d.packed, d.y, d.strides, d.left, d.right, forward(engine, d), attributes()};
}
WeightGradient::primitive_desc weight_gradient(const dnnl::engine& engine, const Descriptions& d) {
  return {engine, kDirect, d.x, d.packed, d.y, d.strides, d.left, d.right, forward(engine, d), attributes()};
}
#else
Forward::primitive_desc forward(const dnnl::engine& engine, const Descriptions& d) {
  const Forward::desc desc(dnnl::prop_kind::forward_training, kDirect, d.x, d.packed, d.bias, d.y, d.strides, d.left,
                           d.right);
  return {desc, attributes(), engine};
}
DataGradient::primitive_desc data_gradient(const dnnl::engine& engine, const Descriptions& d) {
  const DataGradient::desc desc(kDirect, d.x, d.packed, d.y, d.strides, d.left, d.right);
  return {desc, attributes(), engine, forward(engine, d)};
}
WeightGradient::primitive_desc weight_gradient(const dnnl::engine& engine, const Descriptions& d) {
  const WeightGradient::desc desc(kDirect, d.x, d.packed, d.y, d.strides, d.left, d.right);
  return {desc, attributes(), engine, forward(engine, d)};
}
#endif

std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

void execute(const dnnl::primitive& primitive, const dnnl::stream& stream, std::vector<dnnl_exec_arg_t>& arguments) {
  const dnnl_status_t status =
      dnnl_primitive_execute(primitive.get(), stream.get(), static_cast<int>(arguments.size()), arguments.data());
  if (status != dnnl_success)
    throw Error(ExitCode::device, fmt::format("oneDNN failed to run a primitive: status {}", static_cast<int>(status)));
}

/// Setting a handle makes oneDNN zero the padding behind it, so it is set when it changes only.
void point(const memory& to, const void* data) {
  if (to.get_data_handle() != data) to.set_data_handle(const_cast<void*>(data));
}

}  // namespace

struct Engine::State {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

Engine::Engine() : state_(std::make_unique<State>()) {}
Engine::~Engine() = default;

std::string onednn_version() {
  const dnnl::version_t* version = dnnl::version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

struct Convolution::State {
  State(const Engine& engine, Direction d, const ConvolutionShape& shape)
      : stream(engine.state().stream), direction(d), bias(shape.bias && d == Direction::forward) {
    const dnnl::engine& on = engine.state().engine;
    const Descriptions descriptions(d, shape);
    if (d == Direction::forward) {
      const Forward::primitive_desc made = forward(on, descriptions);
      bind(on, Forward(made), made, {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST}, made.weights_desc(), descriptions);
    } else if (d == Direction::data_gradient) {
      const DataGradient::primitive_desc made = data_gradient(on, descriptions);
      bind(on, DataGradient(made), made, {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC}, made.weights_desc(),
           descriptions);
    } else {
      const WeightGradient::primitive_desc made = weight_gradient(on, descriptions);
      bind(on, WeightGradient(made), made, {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS},
           made.diff_weights_desc(), descriptions);
    }
  }

  /// `names`: oneDNN's of left, right and out of run().
  template <class Description>
  void bind(const dnnl::engine& on, dnnl::primitive made, const Description& description, std::array<int, 3> names,
            const memory::desc& packed_description, const Descriptions& d) {
    primitive = std::move(made);
    name = description.impl_info_str();
    const memory::desc forward_order[] = {d.x, packed_description, d.y}, data_order[] = {d.y, packed_description, d.x},
                       weight_order[] = {d.x, d.y, packed_description};
    const memory::desc* order = direction == Direction::forward         ? forward_order
                                : direction == Direction::data_gradient ? data_order
                                                                        : weight_order;
    for (std::size_t i = 0; i < 3; ++i) {
      tensors[i] = memory(order[i], on, nullptr);
      arguments.push_back({names[i], tensors[i].get()});
    }
    plain = memory(d.plain, on, nullptr);
    scratchpad = memory(description.scratchpad_desc(), on, nullptr);
    arguments.push_back({DNNL_ARG_SCRATCHPAD, scratchpad.get()});
    if (bias) {
      biases = memory(d.bias, on, nullptr);
      arguments.push_back({DNNL_ARG_BIAS, biases.get()});
    }
    packed_bytes = aligned(packed_description.get_size());
    scratch_bytes = packed_bytes + aligned(description.scratchpad_desc().get_size());
    make_reorder(on, d.narrow ? describe(d.plain.dims(), Tag::OIhw8i8o) : packed_description, d.plain);
  }

  void make_reorder(const dnnl::engine& on, const memory::desc& packed_description,
                    const memory::desc& plain_description) {
    const bool from_plain = direction != Direction::weight_gradient;
    packed = memory(packed_description, on, nullptr);
    is_plain = packed_description == plain_description;
    if (is_plain) return;
    const dnnl::reorder::primitive_desc made(on, from_plain ? plain_description : packed_description, on,
                                             from_plain ? packed_description : plain_description);
    reorder = dnnl::reorder(made);
    reorder_arguments = {{DNNL_ARG_FROM, from_plain ? plain.get() : packed.get()},
                         {DNNL_ARG_TO, from_plain ? packed.get() : plain.get()}};
  }

  dnnl::stream stream;
  Direction direction;
  bool bias = false, is_plain = false;
  std::string name;
  dnnl::primitive primitive, reorder;
  std::array<memory, 3> tensors;
  memory plain, packed, biases, scratchpad;
  std::vector<dnnl_exec_arg_t> arguments, reorder_arguments;
  std::size_t packed_bytes = 0, scratch_bytes = 0;
};

Convolution::Convolution(const Engine& engine, Direction direction, const ConvolutionShape& shape) {
  try {
    state_ = std::make_unique<State>(engine, direction, shape);
  } catch (const dnnl::error& error) {
    throw Error(
        ExitCode::device,
        fmt::format("oneDNN has no convolution for x [{},{},{},{}], weights [{},{},{},{}], stride {}, padding {}: {}",
                    shape.images, shape.channels, shape.height, shape.width, shape.filters, shape.channels, shape.size,
                    shape.size, shape.stride, shape.padding, error.what()));
  }
}

Convolution::~Convolution() = default;

std::size_t Convolution::scratch() const { return state_->scratch_bytes; }
const std::string& Convolution::implementation() const { return state_->name; }

void Convolution::run(const float* left, const float* right, const float* bias, float* out, std::byte* scratch) const {
  State& s = *state_;
  const bool from_plain = s.direction != Direction::weight_gradient;
  const float* weights = from_plain ? right : out;
  const void* kernel_weights = s.is_plain ? static_cast<const void*>(weights) : scratch;
  point(s.tensors[0], left);
  point(s.tensors[1], from_plain ? kernel_weights : right);
  point(s.tensors[2], from_plain ? out : kernel_weights);
  point(s.plain, weights);
  point(s.packed, kernel_weights);
  point(s.scratchpad, scratch + s.packed_bytes);
  if (s.bias) point(s.biases, bias);
  if (from_plain && !s.is_plain) execute(s.reorder, s.stream, s.reorder_arguments);
  execute(s.primitive, s.stream, s.arguments);
  if (!from_plain && !s.is_plain) execute(s.reorder, s.stream, s.reorder_arguments);
}

void multiply(Index m, Index n, Index k, const Matrix& a, const Matrix& b, float beta, float* c, Index c_stride) {
  const dnnl_status_t status = dnnl_sgemm(a.transpose ? 'T' : 'N', b.transpose ? 'T' : 'N', m, n, k, 1.0f, a.data,
                                          a.stride, b.data, b.stride, beta, c, c_stride);
  if (status != dnnl_success)
    throw Error(ExitCode::device, fmt::format("oneDNN failed to multiply [{},{}] by [{},{}]", m, k, k, n));
}

}  // namespace gramstack::onednn
