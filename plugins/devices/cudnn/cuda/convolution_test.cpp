// cuDNN builds plans for a GPU that is described in words: every convolution of the shipped steps gets an engine that
// keeps its promises.
#include <doctest/doctest.h>

#include <map>

#include "cases.h"
#include "compiler/compile.h"
#include "cuda/convolution.h"
#include "shipped.h"
#include "support/scratch_folder.h"

namespace gramstack::cudnn {
namespace {

using Requests = std::map<std::string, ConvolutionRequest>;

Requests requests(Precision precision) {
  Requests all;
  Settings settings;
  settings.precision = precision;
  for (const test::ShippedStep& step : test::shipped_steps())
    for (const Launch& launch : compile(step.graph, settings, {}).list.launches)
      if (const ConvolutionRequest* request = std::get_if<ConvolutionRequest>(&launch.request))
        all.emplace(to_text(*request), *request);
  return all;
}

TEST_CASE("cudnn: every convolution of the shipped steps has an engine on all three architectures") {
  for (const int capability : {800, 900, 1000}) {
    CAPTURE(capability);
    const Target target = Target::described(capability);
    for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16}) {
      const Requests all = requests(precision);
      CHECK(all.size() > 40);
      for (const Requests::value_type& named : all) {
        CAPTURE(named.first);
        const std::vector<ConvolutionPlan> plans = convolution_plans(named.second, target, 1, std::size_t{512} << 20);
        CHECK(plans.size() == 1);
        CHECK(plans[0].engine().starts_with("engine "));
      }
    }
  }
}

TEST_CASE("cudnn: every convolution of the conformance cases has an engine") {
  const Target target = Target::described(900);
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16}) {
    Settings settings;
    settings.precision = precision;
    for (const conformance::Case& subject : conformance::all_cases()) {
      CAPTURE(subject.name);
      for (const Launch& launch : compile(conformance::build(subject).graph, settings, {}).list.launches)
        if (const ConvolutionRequest* request = std::get_if<ConvolutionRequest>(&launch.request))
          CHECK(convolution_plans(*request, target, 1, std::size_t{512} << 20).size() == 1);
    }
  }
}

TEST_CASE("cudnn: a convolution that cuDNN does not take is named") {
  ConvolutionRequest request;
  request.x = {2, 3, 8, 8}, request.w = {4, 3, 3, 3}, request.y = {2, 4, 6, 6};
  request.direction = Direction::forward;
  request.y = {2, 4, 7, 6};
  CHECK(
      test::failure_of([&] { convolution_plans(request, Target::described(900), 1, 0); })
          .starts_with("8: device cudnn: describing convolution forward f32 x[2,3,8,8] w[4,3,3,3] y[2,4,7,6] stride 1 "
                       "padding 0, f32 without tensor cores, deterministic failed: CUDNN_STATUS_BAD_PARAM"));
}

}  // namespace
}  // namespace gramstack::cudnn
