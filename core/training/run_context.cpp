#include "training/run_context.h"

#include <csignal>
#include <utility>

namespace gramstack {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

[[noreturn]] void throw_stopped(int signal) {
  const bool terminated = signal == SIGTERM;
  throw Error(terminated ? ExitCode::terminated : ExitCode::interrupted,
              terminated ? "terminated; the run can be resumed" : "interrupted; the run can be resumed");
}

}  // namespace

RunContext::RunContext(const Preparation& prepared, const RunOptions& run_options, RunFolder& run_folder,
                       std::string data, TrainingState from)
    : preparation(prepared),
      network(prepared.network),
      options(run_options),
      folder(run_folder),
      data_fingerprint(std::move(data)),
      state(std::move(from)),
      metrics_(run_folder.metrics(), state.metrics_length),
      counted_(std::chrono::steady_clock::now()),
      saved_(counted_) {}

double RunContext::segment_seconds() const { return state.segment_seconds + seconds_since(counted_); }

void RunContext::count_time() {
  const double seconds = seconds_since(counted_);
  counted_ = std::chrono::steady_clock::now();
  state.seconds += seconds;
  state.segment_seconds += seconds;
}

// The metrics first: a checkpoint never says more lines than the disk has.
void RunContext::save() {
  count_time();
  metrics_.sync();
  state.metrics_length = metrics_.length();
  folder.save(state);
  saved_ = std::chrono::steady_clock::now();
}

void RunContext::next_segment() {
  count_time();
  TrainingState next;
  next.segment = state.segment + 1;
  next.seconds = state.seconds;
  next.segment_metrics = metrics_.length();
  next.finished = std::move(state.finished);
  next.validation_accuracy = state.validation_accuracy;
  state = std::move(next);
  save();
}

bool RunContext::checkpoint_due() const { return seconds_since(saved_) >= options.checkpoint_seconds; }

void RunContext::stop_if_asked(const std::function<void()>& before_save) {
  const int signal = options.stop ? options.stop->load() : 0;
  if (signal == 0) return;
  if (before_save) before_save();
  save();
  throw_stopped(signal);
}

std::string RunContext::segment_metrics() const {
  return read_text(folder.metrics()).substr(static_cast<std::size_t>(state.segment_metrics));
}

void RunContext::warn(const std::string& warning) const {
  if (options.warn) options.warn(warning);
}

void RunContext::report(const Progress& progress) const {
  if (options.progress) options.progress(progress);
}

}  // namespace gramstack
