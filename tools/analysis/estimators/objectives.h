// The pairwise objectives of a hidden module, of outputs that were made before: the numbers that training maximises.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/device.h"
#include "api/kernel.h"
#include "api/loss.h"
#include "estimators/features.h"

namespace gramstack::analysis {

struct NamedLoss {
  std::string name;
  std::shared_ptr<Loss> loss;  ///< pairwise
};

struct ObjectiveValues {
  std::vector<double> blocks;  ///< the objective of each block
  double mean() const;
};

/// Blocks of about the same size and with nearly the same share of every class, on which an objective is measured: of
/// `most` examples as in training, of fewer where otherwise there would be less than ten blocks to draw again.
std::vector<std::vector<std::int64_t>> objective_blocks(std::span<const std::int32_t> labels, std::int64_t most = 1000);

/// Outputs of a module: pre-activations, one row an example, each of the shape `row`. Not owned.
struct Outputs {
  std::span<const float> values;
  Shape row;
  std::span<const std::int32_t> labels;
};

/// The objective (the negative of the loss) by every loss, on every block. Throws Error(configuration) when a loss is
/// undefined for the kernel, Error(numerical) when a value is not finite.
std::vector<ObjectiveValues> measure_objectives(Device& device, const Kernel& kernel,
                                                const std::vector<NamedLoss>& losses, const Outputs& outputs,
                                                const std::vector<std::vector<std::int64_t>>& blocks);

/// What the kernel passes on to the module above, one flat row an example. The outputs themselves for a kernel whose
/// features have parameters, since those belong to that module.
Rows kernel_features(Device& device, const Kernel& kernel, const Outputs& outputs);

}  // namespace gramstack::analysis
