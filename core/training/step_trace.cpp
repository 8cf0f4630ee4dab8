#include "training/step_trace.h"

#include <cmath>
#include <cstring>

#include "training/parameters.h"
#include "training/step_runner.h"
#include "training/stored_stack.h"
#include "training/train.h"
#include "training/training_feed.h"

namespace gramstack {
namespace {

void add_squares(const HostTensor& a, const HostTensor& b, double& difference, double& norm) {
  for (std::size_t at = 0; at < b.bytes.size(); at += sizeof(float)) {
    float x = 0, y = 0;
    std::memcpy(&x, a.bytes.data() + at, sizeof x);
    std::memcpy(&y, b.bytes.data() + at, sizeof y);
    difference += std::pow(static_cast<double>(x) - static_cast<double>(y), 2);
    norm += std::pow(static_cast<double>(y), 2);
  }
}

}  // namespace

StepTrace trace_steps(const Pipeline& pipeline, bool end_to_end, std::int64_t steps) {
  const Preparation prepared = prepare(pipeline, end_to_end, RunOptions().feature_memory);
  const Segment segment = prepared.segments.front();
  TensorMap values = stored_parameters(prepared.network);
  StepRunner runner(prepared.network, segment, training_feed(prepared, segment, values, {}),
                    static_cast<std::int64_t>(prepared.images.training.size()));
  add_initial_values(values, prepared.network, runner.graph(), runner.examples());
  runner.write(values);
  StepTrace trace{short_name(prepared.network, segment), runner.batch(), {}, {}};
  const auto take = [&trace](const std::vector<StepRunner::Step>& done) {
    for (const StepRunner::Step& step : done) trace.losses.push_back(step.loss);
  };
  for (std::int64_t step = 0; step < steps; ++step) take(runner.run(step / runner.steps(), step % runner.steps()));
  take(runner.finish());
  trace.weights = runner.read_weights();
  return trace;
}

double relative_distance(const TensorMap& a, const TensorMap& b) {
  double difference = 0, norm = 0;
  for (const auto& [name, tensor] : b) add_squares(a.at(name), tensor, difference, norm);
  return std::sqrt(difference / norm);
}

}  // namespace gramstack
