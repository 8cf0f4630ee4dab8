#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "npy.h"
#include "process.h"

using namespace gramstack;
using namespace gramstack::test;

namespace {

template <class T>
std::string npy(const std::string& descr, const std::string& shape, const std::vector<T>& values, int version = 1) {
  std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }\n";
  std::string text = "\x93NUMPY";
  text += static_cast<char>(version);
  text += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) text += static_cast<char>(i == 0 ? header.size() : 0);
  text += header;
  text.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  return text;
}

/// 60 examples of 3 classes by 5 waves: those of the estimators' own tests.
class Waves {
 public:
  Waves() {
    std::vector<double> values;
    std::vector<std::int64_t> classes;
    for (int i = 0; i < 60; ++i) {
      classes.push_back(10 * (i % 3) - 5);
      for (int j = 0; j < 5; ++j)
        values.push_back(std::sin(1.7 * i * (j + 1) + 0.3 * j) + 0.5 * std::cos(i % 3 * (j + 1.0)));
    }
    write_text(features(), npy("<f8", "60, 5", values));
    write_text(labels(), npy("<i8", "60,", classes, 2));
  }
  std::filesystem::path features() const { return folder_.path() / "features.npy"; }
  std::filesystem::path labels() const { return folder_.path() / "labels.npy"; }

  Outcome score(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"score", features(), labels(), "--device", "reference"});
    return run_tool(more);
  }
  /// What is said of the file `features` that holds `text`.
  std::string complaint(const std::string& text) const {
    write_text(features(), text);
    const Outcome outcome = score();
    CHECK(outcome.code == 5);
    const std::string start = "gramstack: error: " + features().string();
    CHECK(outcome.err.starts_with(start));
    return outcome.err.substr(std::min(start.size(), outcome.err.size()));
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace

// Oracle: numpy, from the definitions: phi = relu(f)/|relu(f)|, cosines over the pairs i < j of blocks, mean of blocks.
TEST_CASE("tool: score tells objectives and estimators of features") {
  const Outcome outcome =
      Waves().score({"--json", "--loss", "alignment, {type: alignment, triangle: full}, contrastive"});
  REQUIRE(outcome.code == 0);
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  CHECK(json["examples"] == 60);
  CHECK(json["classes"] == std::vector<int>{-5, 5, 15});
  std::vector<std::string> names;
  for (const nlohmann::json& estimate : json["estimates"]) names.push_back(estimate["name"]);
  CHECK(names == std::vector<std::string>{"alignment", "alignment(triangle=full)", "contrastive", "h-score",
                                          "regularized-h-score", "log-me", "nearest-neighbors"});
  for (const nlohmann::json& estimate : json["estimates"]) {
    CAPTURE(estimate.dump());
    CHECK(estimate.contains("interval") ==
          (estimate["name"].get<std::string>().find("ment") != std::string::npos || estimate["name"] == "contrastive"));
    if (!estimate.contains("interval")) continue;
    CHECK(estimate["interval"][0] < estimate["value"]);
    CHECK(estimate["interval"][1] > estimate["value"]);
  }
  CHECK(json["estimates"][3]["value"].get<double>() == doctest::Approx(0.35265805).epsilon(1e-5));
  CHECK(json["estimates"][6]["value"].get<double>() == doctest::Approx(0.45));
}

TEST_CASE("tool: score for people") {
  const Outcome outcome = Waves().score();
  CHECK(outcome.code == 0);
  CHECK(
      outcome.out.starts_with("60 examples of 3 classes, 5 features\n\nestimator              value  95 % interval\n"
                              "alignment             0.3471  0."));
  CHECK(outcome.err == "");
}

TEST_CASE("tool: score refuses components that do not fit") {
  Outcome outcome = Waves().score({"--loss", "alignmnt"});
  CHECK(outcome.code == 3);
  CHECK(outcome.err.starts_with("--loss: error: unknown loss 'alignmnt'; did you mean 'alignment'?"));
  outcome = Waves().score({"--loss", "hinge"});
  CHECK(outcome.code == 3);
  CHECK(outcome.err == "gramstack: error: --loss: loss 'hinge' is one of output modules; a pairwise one is wanted\n");
  outcome = Waves().score({"--loss", "{type: mse, pears: all}"});
  CHECK(outcome.code == 3);
  CHECK(outcome.err ==
        "--loss: error: loss 'mse' has no parameter 'pears'; did you mean 'pairs'?\n1 error in --loss\n");
  outcome = Waves().score({"--kernel", "relu, tanh"});
  CHECK(outcome.code == 3);
  CHECK(outcome.err == "gramstack: error: --kernel: names 2 components, one is wanted\n");
}

TEST_CASE("tool: score says what is wrong with a file") {
  const Waves waves;
  const std::vector<float> two{1, 2};
  CHECK(waves.complaint("") == ": is not an .npy file: it does not start as one\n");
  CHECK(waves.complaint(npy("<f4", "1, 2", two).substr(0, 40)) == ": ends within its header\n");
  CHECK(waves.complaint(npy(">f4", "1, 2", two)) ==
        ": holds '>f4'; float32 and float64 are read, little endian: save array.astype('float32')\n");
  CHECK(waves.complaint(npy("<f4", "1, 3", two)) == ": holds 8 bytes of data, its shape [1,3] needs 12\n");
  CHECK(waves.complaint(npy("<f4", "2,", two)) ==
        ": has the shape [2]; [examples,features] or [examples,channels,height,width] is wanted\n");
  CHECK(waves.complaint(npy("<f4", "1, 2", two)) ==
        ": holds features [1,2] of 1 examples; " + waves.labels().string() + " has 60 labels\n");
  CHECK(waves.complaint(npy("<f4", "1, 2", std::vector<float>{1, INFINITY})) ==
        ": value 1 is inf; all must be finite\n");
  CHECK(waves.complaint(npy("<f4", "999999999999, 999999999999", two)) ==
        ": its shape (999999999999, 999999999999) is too large\n");
  std::string fortran = npy("<f4", "1, 2", two);
  fortran.replace(fortran.find("False"), 5, "True ");
  CHECK(waves.complaint(fortran) == ": is in Fortran order; save numpy.ascontiguousarray(array)\n");
  CHECK(waves.complaint(npy("<f4", "1, 2", two, 7)) == ": is of .npy version 7; 1 to 3 are read\n");
}

TEST_CASE("tool: score needs pairs of the same class") {
  const Waves waves;
  write_text(waves.labels(), npy("<i4", "3,", std::vector<std::int32_t>{1, 2, 3}));
  CHECK(waves.score().err == "gramstack: error: " + waves.labels().string() +
                                 ": every label occurs once: there is no pair of the same class\n");
  write_text(waves.labels(), npy("<i4", "3,", std::vector<std::int32_t>{1, 1, 1}));
  CHECK(waves.score().err ==
        "gramstack: error: " + waves.labels().string() + ": has labels of 1 class; at least 2 classes are wanted\n");
  write_text(waves.labels(), npy("<i4", "3, 1", std::vector<std::int32_t>{1, 1, 1}));
  CHECK(waves.score().err ==
        "gramstack: error: " + waves.labels().string() + ": has the shape [3,1]; a list is wanted\n");
}
