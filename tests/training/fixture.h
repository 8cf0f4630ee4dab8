// Small pipelines on synthetic images, made without YAML.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "support/component.h"
#include "support/scratch_folder.h"
#include "training/train.h"

namespace gramstack::test {

/// Writes a data set in idx files: square gray images of `side` pixels, of four classes in turn. An image is its
/// class's pattern of bars, moved by up to a pixel, with noise.
void write_bars(const std::filesystem::path& folder, std::int64_t train, std::int64_t test, std::int64_t side = 8);

/// A folder with such a data set of 240 and 80 images.
class BarsFolder : public ScratchFolder {
 public:
  explicit BarsFolder(std::int64_t side = 8) { write_bars(path() / "data", 240, 80, side); }
  std::filesystem::path data() const { return path() / "data"; }
};

ModuleSpec hidden_module(const std::string& name, std::shared_ptr<Backbone> backbone, const std::string& kernel,
                         std::int64_t epochs);
ModuleSpec output_module(std::int64_t epochs);

/// mlp, relu kernel, alignment; then linear, cross-entropy. 24 images held out, on the reference device.
Pipeline bars_pipeline(const std::filesystem::path& data);

/// Of the output module, also in its resolved text.
void set_output_epochs(Pipeline& pipeline, std::int64_t epochs);

RunOptions options_of(const std::filesystem::path& folder);

/// Runs, sets the stop flag to `signal` after `steps` steps, and returns what run() or resume() threw; "": it finished.
std::string run_until(const Pipeline& pipeline, RunOptions options, std::int64_t steps, bool begin, int signal = 2);

/// What must be equal after equal runs: the module files' names (that is, their bytes), the metrics, the report but
/// for its times.
struct Outcome {
  std::vector<std::string> hashes;
  std::string metrics, report;
  bool operator==(const Outcome&) const = default;
};
Outcome outcome_of(const std::filesystem::path& run_folder);

/// Checks that runs stopped after step 1, 1 + stride, ... up to `steps` are resumed to `whole`; their folders are in
/// `folder`.
void check_resumed(const Pipeline& pipeline, const ScratchFolder& folder, std::int64_t steps, const Outcome& whole,
                   std::int64_t stride = 1);

/// Checks that names and bytes are the same.
void check_same(const TensorMap& values, const TensorMap& expected);

}  // namespace gramstack::test
