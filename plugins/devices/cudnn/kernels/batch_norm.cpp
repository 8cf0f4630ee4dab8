// Batch normalisation: two or three launches, between which partial sums of each channel go through scratch.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "emit.h"

namespace gramstack::cudnn {
namespace {

constexpr const char* kNone = "static_cast<const float*>(nullptr)";  ///< an array that is not there

/// The arrays of a launch, and what its body calls them.
struct Parameters {
  std::vector<int> operands;
  std::string take(int number) {
    operands.push_back(number);
    return fmt::format("p{}", operands.size() - 1);
  }
};

/// x as rows times channels.
struct Rows {
  Index rows, channels, pixels;
  Index lanes;
  std::string place;  ///< text of $_place

  Rows(const Array& x, std::initializer_list<const Array*> moved)
      : rows(elements(x.shape) / x.shape[1]), channels(x.shape[1]), pixels(rows / x.shape[0]) {
    const bool planes = x.layout == Layout::plain && pixels > 1;
    lanes = planes ? 1 : cudnn::lanes(moved, channels);
    place = fmt::format(
        "struct $_place {{\n  static __device__ __forceinline__ int at(int r, int c) {{ return {}; }}\n}};\n\n",
        planes ? fmt::format("r / {0} * {1} + c * {0} + r % {0}", pixels, channels * pixels)
               : fmt::format("r * {} + c", channels));
  }

  Index across() const {
    Index cx = 1;
    while (cx < channels / lanes && cx < 64) cx *= 2;
    return cx;
  }
  Index chunks() const { return (channels / lanes + across() - 1) / across(); }
  /// As many slices as give each thread `most` rows or so, up to `blocks` blocks.
  Index slices(Index blocks, Index most) const {
    const Index useful = (rows + kThreads / across() * most - 1) / (kThreads / across() * most);
    return std::clamp<Index>(blocks / chunks(), 1, useful);
  }
  std::string grid(Index slices) const {
    return fmt::format("using G = Grid<{}, {}, {}, {}, {}>;\n", lanes, channels, rows, across(), slices);
  }
};

/// Partial sums: the launches before the last.
struct Slices {
  Index count;
  int scratch;
  std::string grid;
};

Slices slices_of(Emitter& emitter, const Rows& rows) {
  const Index count = rows.slices(kReductionBlocks, 4);
  return {count, emitter.scratch(count * 2 * rows.channels * 4), "  " + rows.grid(count)};
}

void apply(Emitter& emitter, const Rows& rows, std::vector<int> statistics) {
  const bool add = emitter.flag("fused_add"), relu = emitter.flag("fused_relu");
  const int addend = static_cast<int>(emitter.operation().inputs.size()) - 1;
  const Index slices = rows.slices(kMostBlocks, 4);
  Parameters p;
  const std::string x = p.take(0), scale = p.take(1), shift = p.take(2);
  const std::string mean = p.take(statistics[0]), variance = p.take(statistics[1]);
  const std::string y = p.take(emitter.output_number()), added = add ? p.take(addend) : kNone;
  const std::array arguments = {x,        scale, shift, mean,
                                variance, added, y,     literal(emitter.attributes().real("epsilon"))};
  emitter.call("batch_norm_apply", "batch_norm", rows.place,
               fmt::format("  {}  batch_norm_apply<G, $_place, {}, {}>({});\n", rows.grid(slices), add, relu,
                           fmt::join(arguments, ", ")),
               slices * rows.chunks(), p.operands);
}

void batch_norm(Emitter& emitter) {
  const bool add = emitter.flag("fused_add");
  const Rows rows(emitter.input(0),
                  {&emitter.input(0), &emitter.output(), add ? &emitter.input(3) : &emitter.input(0)});
  const Slices slices = slices_of(emitter, rows);
  const int mean = emitter.output_number(1), variance = emitter.output_number(2);
  emitter.call("batch_norm_statistics", "batch_norm", rows.place,
               slices.grid + "  batch_norm_statistics<G, $_place>(p0, p1);\n", slices.count * rows.chunks(),
               {0, slices.scratch});
  emitter.call("batch_norm_moments", "batch_norm", "", slices.grid + "  batch_norm_moments<G>(p0, p1, p2);\n",
               (rows.channels + 7) / 8, {slices.scratch, mean, variance});
  apply(emitter, rows, {mean, variance});
}

void batch_norm_inference(Emitter& emitter) {
  const bool add = emitter.flag("fused_add");
  apply(emitter,
        Rows(emitter.input(0), {&emitter.input(0), &emitter.output(), add ? &emitter.input(5) : &emitter.input(0)}),
        {3, 4});
}

/// Inputs dy, x, scale, mean, variance [, y or shift] [, second]; outputs dx, dscale, dshift [, the masked sum].
class Gradient {
 public:
  explicit Gradient(Emitter& emitter)
      : emitter_(emitter),
        add_(emitter.flag("fused_add")),
        keep_(emitter.operation().outputs.size() > 3),
        mask_(mask_of(emitter)),
        second_(mask_ == "none" ? 5 : 6),
        epsilon_(literal(emitter.attributes().real("epsilon"))),
        rows_(emitter.input(1), {&emitter.input(0), &emitter.input(1), &emitter.output(),
                                 mask_ == "result" ? &emitter.input(5) : &emitter.input(0),
                                 keep_ ? &emitter.output(3) : &emitter.input(0)}),
        slices_(slices_of(emitter, rows_)) {}

  void emit() {
    sums();
    emitter_.call("batch_norm_gradient_join", "batch_norm", "",
                  slices_.grid + "  batch_norm_gradient_join<G>(p0, p1, p2);\n", (rows_.channels + 7) / 8,
                  {slices_.scratch, emitter_.output_number(1), emitter_.output_number(2)});
    apply();
  }

 private:
  static std::string mask_of(const Emitter& emitter) {
    if (!emitter.flag("fused_relu")) return "none";
    return emitter.flag("mask_of_source") ? "source" : "result";
  }

  void sums() {
    Parameters p;
    const std::string dy = p.take(0), x = p.take(1), mean = p.take(3), variance = p.take(4);
    const std::string partial = p.take(slices_.scratch);
    const std::string scale = mask_ == "source" ? p.take(2) : mean, shift = mask_ == "source" ? p.take(5) : mean;
    const std::string second = add_ ? p.take(second_) : kNone, y = mask_ == "result" ? p.take(5) : kNone;
    const std::string kept = keep_ ? p.take(emitter_.output_number(3)) : "static_cast<float*>(nullptr)";
    const std::array arguments = {dy, x, scale, shift, mean, variance, second, y, kept, partial, epsilon_};
    emitter_.call("batch_norm_gradient_sums", "batch_norm", rows_.place,
                  fmt::format("{}  batch_norm_gradient_sums<G, $_place, {}, Mask::{}, {}>({});\n", slices_.grid, add_,
                              mask_, keep_, fmt::join(arguments, ", ")),
                  slices_.count * rows_.chunks(), p.operands);
  }

  /// The masked sum, where it is kept, is read instead of what it was made from.
  void apply() {
    const bool add = add_ && !keep_;
    const std::string mask = keep_ ? "none" : mask_;
    const Index slices = rows_.slices(kMostBlocks, 4);
    Parameters p;
    const std::string dy = p.take(keep_ ? emitter_.output_number(3) : 0), x = p.take(1), scale = p.take(2);
    const std::string mean = p.take(3), variance = p.take(4);
    const std::string dscale = p.take(emitter_.output_number(1)), dshift = p.take(emitter_.output_number(2));
    const std::string dx = p.take(emitter_.output_number()), shift = mask == "source" ? p.take(5) : mean;
    const std::string second = add ? p.take(second_) : kNone, y = mask == "result" ? p.take(5) : kNone;
    const std::array arguments = {dy, x, scale, shift, mean, variance, second, y, dscale, dshift, dx, epsilon_};
    emitter_.call("batch_norm_gradient_apply", "batch_norm", rows_.place,
                  fmt::format("  {}  batch_norm_gradient_apply<G, $_place, {}, Mask::{}>({});\n", rows_.grid(slices),
                              add, mask, fmt::join(arguments, ", ")),
                  slices * rows_.chunks(), p.operands);
  }

  Emitter& emitter_;
  bool add_, keep_;
  std::string mask_;  ///< of the kernels' Mask
  int second_;
  std::string epsilon_;
  Rows rows_;
  Slices slices_;
};

void batch_norm_gradient(Emitter& emitter) { Gradient(emitter).emit(); }

constexpr Generator kGenerators[] = {{"batch_norm", batch_norm},
                                     {"batch_norm_inference", batch_norm_inference},
                                     {"batch_norm_gradient", batch_norm_gradient}};

}  // namespace

std::span<const Generator> batch_norm_generators() { return kGenerators; }

}  // namespace gramstack::cudnn
