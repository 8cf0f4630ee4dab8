// Batch normalisation: two or three launches, between which partial sums of each channel go through scratch.
#include <fmt/format.h>

#include <algorithm>

#include "emit.h"

namespace gramstack::cudnn {
namespace {

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
  std::vector<int> operands = {0, 1, 2, statistics[0], statistics[1], emitter.output_number()};
  if (add) operands.push_back(addend);
  emitter.call("batch_norm_apply", "batch_norm", rows.place,
               fmt::format("  {}  batch_norm_apply<G, $_place, {}, {}>(p0, p1, p2, p3, p4, {}, p5, {});\n",
                           rows.grid(slices), add, relu, add ? "p6" : "static_cast<const float*>(nullptr)",
                           literal(emitter.attributes().real("epsilon"))),
               slices * rows.chunks(), operands);
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

/// Inputs dy, x, scale, mean, variance [, y] [, second]; outputs dx, dscale, dshift [, the masked sum].
void batch_norm_gradient(Emitter& emitter) {
  const bool add = emitter.flag("fused_add"), relu = emitter.flag("fused_relu");
  const bool keep = emitter.operation().outputs.size() > 3;
  const int y = relu ? 5 : -1, second = add ? 5 + relu : -1, kept = keep ? emitter.output_number(3) : -1;
  const Rows rows(emitter.input(1),
                  {&emitter.input(0), &emitter.input(1), &emitter.output(),
                   relu ? &emitter.input(5) : &emitter.input(0), keep ? &emitter.output(3) : &emitter.input(0)});
  const Slices slices = slices_of(emitter, rows);
  const std::string epsilon = literal(emitter.attributes().real("epsilon"));
  const std::string none = "static_cast<const float*>(nullptr)";
  const int dscale = emitter.output_number(1), dshift = emitter.output_number(2);

  std::vector<int> operands = {0, 1, 3, 4, slices.scratch};
  const auto parameter = [&](int number, const std::string& absent) {
    if (number < 0) return absent;
    operands.push_back(number);
    return fmt::format("p{}", operands.size() - 1);
  };
  const std::string second_text = parameter(second, none), y_text = parameter(y, none);
  const std::string kept_text = parameter(kept, "static_cast<float*>(nullptr)");
  emitter.call(
      "batch_norm_gradient_sums", "batch_norm", rows.place,
      fmt::format("{}  batch_norm_gradient_sums<G, $_place, {}, {}, {}>(p0, p1, p2, p3, {}, {}, {}, p4, {});\n",
                  slices.grid, add, relu, keep, second_text, y_text, kept_text, epsilon),
      slices.count * rows.chunks(), operands);
  emitter.call("batch_norm_gradient_join", "batch_norm", "",
               slices.grid + "  batch_norm_gradient_join<G>(p0, p1, p2);\n", (rows.channels + 7) / 8,
               {slices.scratch, dscale, dshift});

  // The masked sum, where it is kept, is read instead of what it was made from.
  operands = {keep ? kept : 0, 1, 2, 3, 4, dscale, dshift, emitter.output_number()};
  const bool again_add = add && !keep, again_relu = relu && !keep;
  const std::string second_again = parameter(again_add ? second : -1, none);
  const std::string y_again = parameter(again_relu ? y : -1, none);
  const Index last = rows.slices(kMostBlocks, 4);
  emitter.call(
      "batch_norm_gradient_apply", "batch_norm", rows.place,
      fmt::format("  {}  batch_norm_gradient_apply<G, $_place, {}, {}>(p0, p1, p2, p3, p4, {}, {}, p5, p6, p7, {});\n",
                  rows.grid(last), again_add, again_relu, second_again, y_again, epsilon),
      last * rows.chunks(), operands);
}

constexpr Generator kGenerators[] = {{"batch_norm", batch_norm},
                                     {"batch_norm_inference", batch_norm_inference},
                                     {"batch_norm_gradient", batch_norm_gradient}};

}  // namespace

std::span<const Generator> batch_norm_generators() { return kGenerators; }

}  // namespace gramstack::cudnn
