#include "pipeline/schedule.h"

#include <doctest/doctest.h>

using doctest::Approx;
using gramstack::Schedule;

TEST_CASE("pipeline: a constant schedule is 1 throughout") {
  Schedule schedule;
  schedule.epochs = 3;
  for (const std::int64_t step : {0, 1, 29}) CHECK(schedule.at(step, 10) == 1.0);
}

TEST_CASE("pipeline: warm-up is a line that reaches 1 with its last step") {
  Schedule schedule;
  schedule.epochs = 3;
  schedule.warmup = 0.5;
  CHECK(schedule.at(0, 8) == 0.25);
  CHECK(schedule.at(1, 8) == 0.5);
  CHECK(schedule.at(3, 8) == 1.0);
  CHECK(schedule.at(4, 8) == 1.0);
  CHECK(schedule.at(23, 8) == 1.0);
  schedule.warmup = 0.3;  // 2.4 steps: three of them
  CHECK(schedule.at(0, 8) == Approx(1.0 / 3));
  CHECK(schedule.at(2, 8) == 1.0);
  schedule.warmup = 0.01;  // less than a step
  CHECK(schedule.at(0, 8) == 1.0);
}

TEST_CASE("pipeline: steps multiply by the factor after each stage") {
  Schedule schedule;
  schedule.kind = Schedule::Kind::steps;
  schedule.stage_epochs = {2, 1, 3};
  schedule.epochs = 6;
  schedule.factor = 0.5;
  CHECK(schedule.at(0, 10) == 1.0);
  CHECK(schedule.at(19, 10) == 1.0);
  CHECK(schedule.at(20, 10) == 0.5);
  CHECK(schedule.at(29, 10) == 0.5);
  CHECK(schedule.at(30, 10) == 0.25);
  CHECK(schedule.at(59, 10) == 0.25);
  schedule.warmup = 1;
  CHECK(schedule.at(0, 10) == Approx(0.1));
  CHECK(schedule.at(9, 10) == 1.0);
  CHECK(schedule.at(20, 10) == 0.5);
}

TEST_CASE("pipeline: cosine falls from 1 to the final factor") {
  Schedule schedule;
  schedule.kind = Schedule::Kind::cosine;
  schedule.epochs = 4;
  CHECK(schedule.at(0, 10) == 1.0);
  CHECK(schedule.at(10, 10) == Approx(0.8535533905932737));
  CHECK(schedule.at(20, 10) == Approx(0.5));
  CHECK(schedule.at(39, 10) == Approx(0.0015413331334360182));
  schedule.final_factor = 0.2;
  CHECK(schedule.at(20, 10) == Approx(0.6));
  CHECK(schedule.at(40, 10) == Approx(0.2));
  schedule.warmup = 2;
  CHECK(schedule.at(9, 10) == Approx(0.5));
  CHECK(schedule.at(20, 10) == 1.0);
  CHECK(schedule.at(30, 10) == Approx(0.6));
}

TEST_CASE("pipeline: one-cycle rises to 1 at its peak, then falls") {
  Schedule schedule;
  schedule.kind = Schedule::Kind::one_cycle;
  schedule.epochs = 10;
  schedule.peak = 0.2;
  schedule.start_factor = 0.1;
  schedule.final_factor = 0.0;
  CHECK(schedule.at(0, 10) == Approx(0.1));
  CHECK(schedule.at(10, 10) == Approx(0.55));
  CHECK(schedule.at(20, 10) == Approx(1.0));
  CHECK(schedule.at(60, 10) == Approx(0.5));
  CHECK(schedule.at(99, 10) == Approx(0.0125));
  schedule.peak = 0;
  CHECK(schedule.at(0, 10) == 1.0);
  schedule.peak = 1;
  CHECK(schedule.at(50, 10) == Approx(0.55));
  CHECK(schedule.at(100, 10) == 1.0);
}
