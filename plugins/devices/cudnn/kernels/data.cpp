#include <fmt/format.h>

#include "emit.h"

namespace gramstack::cudnn {
namespace {

std::string image(const Array& array) {
  return fmt::format("Image<{}, {}, {}, {}>", array.shape[1], array.shape[2], array.shape[3],
                     array.layout == Layout::nhwc);
}

void one_hot(Emitter& emitter) {
  const Shape& shape = emitter.output().shape;
  emitter.call("one_hot", "data", "", fmt::format("  one_hot<{}, {}>(p0, p1);\n", shape[0], shape[1]),
               blocks_for(shape[0] * shape[1]), {0, 1});
}

void pair_masks(Emitter& emitter) {
  const Index n = emitter.output().shape[0];
  emitter.call("pair_masks", "data", "", fmt::format("  pair_masks<{}>(p0, p1, p2, p3);\n", n), blocks_for(n * n),
               {0, 1, 2, 3});
}

void gather(Emitter& emitter) {
  const Array &table = emitter.input(0), &to = emitter.output();
  const Index width = elements(table.shape) / table.shape[0], count = lanes({&table}, width);
  emitter.call(
      "gather", "data", "", fmt::format("const {0}* p0, const int* p1, {0}* p2", type_of(table.element)),
      fmt::format("  gather<{}, {}, {}, {}>(p0, p1, p2);\n", table.shape[0], to.shape[0], width / count, count),
      blocks_for(elements(to.shape) / count), {0, 1, 2}, 2 * bytes_of(to) + bytes_of(emitter.input(1)));
}

void crop_flip(Emitter& emitter) {
  const Array &from = emitter.input(0), &to = emitter.output();
  emitter.call("crop_flip", "data", "",
               fmt::format("  crop_flip<{}, {}, {}, {}>(p0, p1, p2);\n", image(from), image(to), from.shape[0],
                           emitter.attributes().integer("padding")),
               blocks_for(elements(from.shape)), {0, 1, 2});
}

/// (x / 255 - mean[c]) / deviation[c] = x scale(c) + shift(c)
std::string factors(const Attributes& attributes) {
  const std::vector<double>& mean = attributes.reals("mean");
  const std::vector<double>& deviation = attributes.reals("deviation");
  std::string scale, shift;
  for (std::size_t c = 0; c < mean.size(); ++c) {
    const std::string before = c + 1 < mean.size() ? fmt::format("c == {} ? ", c) : "";
    const std::string after = c + 1 < mean.size() ? " : " : "";
    scale += before + literal(1 / (255 * deviation[c])) + after;
    shift += before + literal(-mean[c] / deviation[c]) + after;
  }
  return fmt::format(
      "struct $_factors {{\n"
      "  static __device__ __forceinline__ float scale(int c) {{ return {}; }}\n"
      "  static __device__ __forceinline__ float shift(int c) {{ return {}; }}\n}};\n\n",
      scale, shift);
}

void normalize(Emitter& emitter, bool crop) {
  const Array &from = emitter.input(0), &to = emitter.output();
  const Index pixels = elements(from.shape) / from.shape[1];
  emitter.call(
      emitter.operation().op, "data", factors(emitter.attributes()),
      fmt::format("  normalize_images<{}, {}, $_factors, {}, {}, {}>(p0, {});\n", image(from), image(to), from.shape[0],
                  crop ? emitter.attributes().integer("padding") : 0, crop, crop ? "p1, p2" : "nullptr, p1"),
      blocks_for(pixels), crop ? std::vector<int>{0, 1, 2} : std::vector<int>{0, 1});
}

void normalize_images(Emitter& emitter) { normalize(emitter, false); }
void crop_normalize(Emitter& emitter) { normalize(emitter, true); }

constexpr Generator kGenerators[] = {{"one_hot", one_hot},
                                     {"pair_masks", pair_masks},
                                     {"gather", gather},
                                     {"crop_flip", crop_flip},
                                     {"normalize_images", normalize_images},
                                     {"crop_normalize", crop_normalize}};

}  // namespace

std::span<const Generator> data_generators() { return kGenerators; }

}  // namespace gramstack::cudnn
