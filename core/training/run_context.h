// What the parts of a run work on together: its folder, its state, the frozen modules so far.
#pragma once

#include <chrono>

#include "store/module_file.h"
#include "training/prepare.h"
#include "training/run_folder.h"

namespace gramstack {

class RunContext {
 public:
  RunContext(const Preparation& prepared, const RunOptions& run_options, RunFolder& run_folder, std::string data,
             TrainingState from);

  /// Writes `state` as the checkpoint, with the metrics and the time until now.
  void save();
  bool checkpoint_due() const;
  void next_segment();  ///< the state of one that has not begun, saved
  void begin_segment() { state.segment_metrics = metrics_.length(); }
  /// Saves and throws Error(interrupted or terminated) when a signal has come.
  void stop_if_asked(const std::function<void()>& before_save = {});
  void report(const Progress& progress) const;
  void append_metrics(const std::string& line) { metrics_.append(line); }
  std::string segment_metrics() const;  ///< the lines of the segment until now
  void warn(const std::string& warning) const;
  double segment_seconds() const;  ///< until now

  const Preparation& preparation;
  const Network& network;
  const RunOptions& options;
  RunFolder& folder;
  const std::string data_fingerprint;
  TrainingState state;
  TensorMap parameters;  ///< of the frozen modules, by full names

 private:
  void count_time();

  LogFile metrics_;
  std::chrono::steady_clock::time_point counted_, saved_;
};

}  // namespace gramstack
