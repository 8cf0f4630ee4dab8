// Steps of an optimizer on one parameter with given gradients.
#pragma once

#include <string>
#include <vector>

#include "support/evaluate.h"
#include "support/make.h"
#include "support/pairwise.h"

namespace gramstack::test {

/// The parameter, a vector, after every step; slots are carried from step to step. The learning rate is the base rate.
std::vector<std::vector<double>> descend(const std::string& device, const Optimizer& optimizer,
                                         std::vector<double> parameter,
                                         const std::vector<std::vector<double>>& gradients, Treatment treatment = {});

/// Three steps from (1, -2, 0.5), as the expected values of the tests were computed, against those values. "": equal.
std::string check_descent(const std::string& optimizer, const Settings& settings,
                          const std::vector<std::vector<double>>& expected);

/// Names of the optimizer's slots for the parameter "layer/weight", in order, separated by spaces.
std::string slot_names(const Optimizer& optimizer);

}  // namespace gramstack::test
