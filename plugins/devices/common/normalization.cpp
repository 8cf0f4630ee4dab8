#include "common/normalization.h"

#include "common/rule.h"

namespace gramstack::compiler {
namespace {

/// Inputs and outputs of batch_norm, then inputs of its gradient.
enum : std::size_t { kX = 0, kScale = 1, kShift = 2, kMean = 1, kVariance = 2 };
enum : std::size_t { kGradientX = 1, kGradientScale = 2, kGradientMean = 3, kGradientVariance = 4, kGradientMask = 5 };

}  // namespace

bool is_rectified_norm(const Instruction& norm) {
  return norm.rule->name == "batch_norm" && norm.attributes.find(kFusedRelu) && !norm.attributes.find(kFusedAdd);
}

bool masks_with_result(const Instruction& reader, const Instruction& norm) {
  return reader.rule->name == "batch_norm_gradient" && reader.attributes.find(kFusedRelu) &&
         !reader.attributes.find(kMaskOfSource) && reader.inputs[kGradientX] == norm.inputs[kX] &&
         reader.inputs[kGradientScale] == norm.inputs[kScale] && reader.inputs[kGradientMean] == norm.outputs[kMean] &&
         reader.inputs[kGradientVariance] == norm.outputs[kVariance] && reader.inputs[kGradientMask] == norm.outputs[0];
}

void mask_with_source(Instruction& gradient, const Instruction& norm) {
  gradient.inputs[kGradientMask] = norm.inputs[kShift];
  gradient.attributes.set(kMaskOfSource, std::int64_t{1});
}

}  // namespace gramstack::compiler
