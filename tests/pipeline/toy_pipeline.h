// Pipelines over the tests' own components.
#pragma once

#include <string>
#include <vector>

#include "pipeline/pipeline.h"

namespace gramstack::test {

/// A good pipeline of two modules.
extern const std::string kToyPipeline;

/// kToyPipeline with the first `from` in it replaced. A test fails when there is none.
std::string toy_with(const std::string& from, const std::string& to);

const Registry& toy_registry();

/// Loads the text from a file "toy.yaml" in a folder of its own.
Pipeline load_toy(const std::string& text, const std::vector<std::string>& overrides = {});

struct Refusal {
  ExitCode code = ExitCode::ok;
  std::string message;  ///< the file is "toy.yaml" in it; "" when the file loads
};
Refusal refusal(const std::string& text, const std::vector<std::string>& overrides = {});
std::string faults(const std::string& text, const std::vector<std::string>& overrides = {});

}  // namespace gramstack::test
