// Everything that decides how a run goes on, as one file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "store/tensors.h"
#include "training/train.h"

namespace gramstack {

struct TrainingState {
  std::size_t segment = 0;             ///< being trained; as many as there are: all are done
  std::int64_t epoch = 0, step = 0;    ///< completed epochs of the segment, completed steps of the next one
  double loss_sum = 0;                 ///< over the images of that epoch so far
  std::int64_t images = 0;             ///< these
  std::optional<double> best_value;    ///< of the validation values so far
  std::int64_t best_epoch = 0;         ///< from 1
  double segment_seconds = 0;          ///< of training this segment, interruptions left out
  double seconds = 0;                  ///< of the whole run
  std::uint64_t metrics_length = 0;    ///< bytes of metrics.jsonl
  std::uint64_t segment_metrics = 0;   ///< of these, before the segment began
  std::vector<ModuleReport> finished;  ///< modules, the lowest first
  std::optional<double> validation_accuracy;
  TensorMap current;  ///< weights, states and slots of the segment; empty: it has not begun
  TensorMap best;     ///< weights and states of the best epoch so far
};

void save_checkpoint(const std::filesystem::path& file, const TrainingState& state);

/// Throws Error(file) naming the file when it is damaged in any way. `run_folder`: for the reports' file paths.
TrainingState load_checkpoint(const std::filesystem::path& file, const std::filesystem::path& run_folder);

}  // namespace gramstack
