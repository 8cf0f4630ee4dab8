#include <doctest/doctest.h>

#include <cmath>

#include "progress.h"
#include "table.h"

using gramstack::Progress;
using namespace gramstack::tool;

namespace {

Progress halfway() {
  Progress progress;
  progress.module = "features";
  progress.epoch = 3;
  progress.epochs = 20;
  progress.step = 5;
  progress.steps = 10;
  progress.loss = -0.74123;
  progress.images_per_second = 12345.4;
  progress.seconds_left = 23.2;
  return progress;
}

}  // namespace

TEST_CASE("tool: a plain line an epoch") {
  Progress progress = halfway();
  CHECK(epoch_line(progress) == "features: epoch 3/20, loss -0.7412, 12345 images/s, 0:23 left");
  progress.validation = 0.8123;
  progress.validation_name = "objective";
  CHECK(epoch_line(progress) == "features: epoch 3/20, loss -0.7412, objective 0.8123, 12345 images/s, 0:23 left");
  progress.validation_name = "accuracy";
  CHECK(epoch_line(progress) == "features: epoch 3/20, loss -0.7412, accuracy 81.23 %, 12345 images/s, 0:23 left");
}

TEST_CASE("tool: the bar shows the steps done and is cut to the terminal") {
  const std::string line = "features 3/20 [############------------] loss -0.7412, 12345 images/s, 0:23 left";
  CHECK(bar_line(halfway(), 200, false) == line);
  CHECK(bar_line(halfway(), 20, false) == line.substr(0, 20));
  CHECK(bar_line(halfway(), 200, true) == "\x1b[1mfeatures\x1b[0m" + line.substr(8));
  CHECK(bar_line(halfway(), 4, true) == "\x1b[1mfeat\x1b[0m");
}

TEST_CASE("tool: the bar of an epoch without steps") {
  Progress progress = halfway();
  progress.steps = 0;
  CHECK(bar_line(progress, 200, false).substr(0, 40) == "features 3/20 [########################]");
}

TEST_CASE("tool: numbers for people") {
  CHECK(percent(0.91234) == "91.23 %");
  CHECK(percent(NAN) == "-");
  CHECK(number(-0.5) == "-0.5000");
  CHECK(bytes(512) == "0.5 KiB");
  CHECK(bytes(87136666) == "83.1 MiB");
  CHECK(bytes(std::size_t{3} << 30) == "3.0 GiB");
  CHECK(duration(61) == "1:01");
  CHECK(duration(3723) == "1:02:03");
  CHECK(duration(INFINITY) == "-");
}

TEST_CASE("tool: tables align columns by characters, not bytes") {
  CHECK(table({{"name", "n"}, {"naïve", "100"}}, {1}) == "name     n\nnaïve  100\n");
}
