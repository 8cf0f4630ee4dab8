// A stack with the values of its parameters in memory, trained or not.
#pragma once

#include <filesystem>

#include "store/tensors.h"
#include "training/network.h"

namespace gramstack {

/// Refers to the pipeline that it was made with.
struct FrozenStack {
  Network network;
  TensorMap parameters;  ///< by full names
};

/// Of a finished run, from its module files. Throws Error(file).
FrozenStack load_stack(const Pipeline& pipeline, const std::filesystem::path& run_folder,
                       std::size_t feature_memory = 0, const std::filesystem::path& feature_store = {});

/// As the training of `module` begins: trained values below it, initial ones from it on.
FrozenStack before_training(const FrozenStack& trained, std::size_t module);

}  // namespace gramstack
