// A supervised loss of scores.
#pragma once

#include <string>
#include <vector>

#include "support/gradient_check.h"
#include "support/make.h"
#include "support/pairwise.h"

namespace gramstack::test {

struct Scores {
  std::vector<double> values;  ///< [labels.size(), classes]
  std::int64_t classes = 0;
  std::vector<double> labels;  ///< outside [0, classes): no label
};

/// Two images, three classes: what the expected values of the tests were computed of.
Scores two_images();

Outcome supervised(const std::string& device, const Loss& loss, const Scores& scores);

/// check_gradients on a batch with one image without a label; "": good.
std::string check_supervised_gradient(const std::string& loss, const Settings& settings = {});

}  // namespace gramstack::test
