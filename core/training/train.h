// Training a pipeline: the modules in turn, or the whole network end to end. No device knowledge, no YAML.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"

namespace gramstack {

/// What a progress display is shown after every step and every epoch.
struct Progress {
  std::string module;
  std::int64_t epoch = 0, epochs = 0;  ///< epoch counts from 1
  std::int64_t step = 0, steps = 0;    ///< within the epoch; step counts from 1
  double loss = 0;                     ///< mean over the epoch so far
  double images_per_second = 0;
  double seconds_left = 0;           ///< of this module
  std::optional<double> validation;  ///< after an epoch: objective (hidden module) or accuracy (output module)
  std::string validation_name;       ///< "objective" or "accuracy"
  bool epoch_done = false, module_done = false;
};

/// How a run came to a module.
enum class Origin {
  trained,
  reused,  ///< a module of the store that training would have given
  given,   ///< by the pipeline's `from`
};

struct ModuleReport {
  std::string name;
  std::string hash;  ///< SHA-256 of its file
  std::filesystem::path file;
  double training_value = 0;    ///< objective (hidden) or loss (output) of the kept weights on training data
  double validation_value = 0;  ///< likewise on validation data; NaN without validation data
  std::string value_name;       ///< "objective" or "loss"
  std::int64_t epochs = 0, best_epoch = 0;
  double seconds = 0;
  std::size_t peak_memory = 0;      ///< bytes of the training step's plan
  Origin origin = Origin::trained;  ///< reused: epochs, seconds and memory are those of its training
};

struct RunReport {
  double test_accuracy = 0;        ///< in [0, 1]
  double validation_accuracy = 0;  ///< NaN without validation data
  /// Test accuracy of an output module trained on one label per class, on the same frozen features; none when the
  /// pipeline's own output module is trained so, or end to end.
  std::optional<double> one_label_accuracy;
  double seconds = 0;  ///< of training, interruptions left out
  std::vector<ModuleReport> modules;
  std::filesystem::path folder;
};

struct RunOptions {
  std::filesystem::path folder;  ///< the run folder; made by run(), must exist for resume()
  bool end_to_end = false;
  std::function<void(const Progress&)> progress;
  /// Set by a signal handler: the signal's number. The step in progress ends, a checkpoint is written, and
  /// Error(interrupted or terminated) is thrown.
  const std::atomic<int>* stop = nullptr;
  double checkpoint_seconds = 30;  ///< within an epoch; one is always written between modules
  /// Bytes of memory for a table of frozen modules' outputs; when it would be larger, they are computed again.
  std::size_t feature_memory = std::size_t{2} << 30;
  std::filesystem::path store;                   ///< the module store that frozen modules are put into; empty: none
  bool reuse = true;                             ///< take unchanged leading modules and their features from the store
  std::function<void(const std::string&)> warn;  ///< of a store, of a training undone; the run goes on
};

/// All that run() checks before any work: that the modules fit together, the data suffice, and the device takes every
/// node. Throws Error.
void check(const Pipeline& pipeline, bool end_to_end);

/// Trains into a new run folder. Throws Error; a run that failed or was interrupted can be resumed.
RunReport run(const Pipeline& pipeline, const RunOptions& options);

struct PlannedModule {
  std::string name;
  Origin origin = Origin::trained;
  std::string hash;    ///< unless it will be trained
  std::string reason;  ///< why the first module that will be trained is not reused; "": reuse is off, or nothing stored
};

/// What run() would do with each module. Trains and writes nothing.
std::vector<PlannedModule> plan(const Pipeline& pipeline, const RunOptions& options);

/// Goes on with an unfinished run to the same bytes that it would have reached uninterrupted; the report of a finished
/// one is returned as it stands. The pipeline must be the one that the folder was made with.
RunReport resume(const Pipeline& pipeline, const RunOptions& options);

struct Evaluation {
  double accuracy = 0;
  std::vector<std::vector<std::int64_t>> confusion;  ///< [true class][predicted class]
};

/// A trained stack, from the module files of a finished run, for evaluation and prediction.
class TrainedStack {
 public:
  TrainedStack(const Pipeline& pipeline, const std::filesystem::path& run_folder);
  ~TrainedStack();
  TrainedStack(const TrainedStack&) = delete;
  TrainedStack& operator=(const TrainedStack&) = delete;
  Evaluation evaluate(Split split);
  /// Scores of images given as planes [c][h][w] of the data set's format.
  std::vector<std::vector<float>> scores(const std::vector<std::vector<std::uint8_t>>& images);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The training step of module `name` as a graph, as run() compiles it; for `gramstack graph`.
Graph step_graph(const Pipeline& pipeline, const std::string& module, bool end_to_end);

}  // namespace gramstack
