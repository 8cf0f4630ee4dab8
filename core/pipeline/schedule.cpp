#include "pipeline/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gramstack {
namespace {

double between(double from, double to, double share) { return from + (to - from) * share; }

/// factor^k in the k-th stage (from 0); the last stage has no end.
double steps_factor(const Schedule& schedule, double epoch) {
  double factor = 1;
  double end = 0;
  for (std::size_t stage = 0; stage + 1 < schedule.stage_epochs.size(); ++stage) {
    end += static_cast<double>(schedule.stage_epochs[stage]);
    if (epoch < end) break;
    factor *= schedule.factor;
  }
  return factor;
}

/// final + (1 - final) (1 + cos(pi t)) / 2, t in [0, 1] over the epochs after the warm-up.
double cosine_factor(const Schedule& schedule, double epoch) {
  const double length = static_cast<double>(schedule.epochs) - schedule.warmup;
  const double share = length > 0 ? std::clamp((epoch - schedule.warmup) / length, 0.0, 1.0) : 1.0;
  return between(schedule.final_factor, 1, (1 + std::cos(std::numbers::pi * share)) / 2);
}

/// Two straight lines: start to 1 over the first `peak` of the training, 1 to final over the rest.
double one_cycle_factor(const Schedule& schedule, double epoch) {
  const double share = std::min(epoch / static_cast<double>(schedule.epochs), 1.0);
  if (share < schedule.peak) return between(schedule.start_factor, 1, share / schedule.peak);
  return schedule.peak < 1 ? between(1, schedule.final_factor, (share - schedule.peak) / (1 - schedule.peak)) : 1;
}

double base_factor(const Schedule& schedule, double epoch) {
  switch (schedule.kind) {
    case Schedule::Kind::constant:
      return 1;
    case Schedule::Kind::steps:
      return steps_factor(schedule, epoch);
    case Schedule::Kind::cosine:
      return cosine_factor(schedule, epoch);
    case Schedule::Kind::one_cycle:
      break;
  }
  return one_cycle_factor(schedule, epoch);
}

}  // namespace

double Schedule::at(std::int64_t step, std::int64_t steps_per_epoch) const {
  const double epoch = static_cast<double>(step) / static_cast<double>(steps_per_epoch);
  const double base = base_factor(*this, epoch);
  if (kind == Kind::one_cycle || epoch >= warmup) return base;
  // A straight line that would be 0 one step before the first and reaches 1 with the last step of the warm-up.
  const double warmup_steps = std::ceil(warmup * static_cast<double>(steps_per_epoch));
  return base * static_cast<double>(step + 1) / warmup_steps;
}

}  // namespace gramstack
