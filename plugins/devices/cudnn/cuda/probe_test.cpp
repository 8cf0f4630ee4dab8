// What the device says on machines that it cannot run on.
#include <doctest/doctest.h>

#include <dlfcn.h>

#include "cuda/compile_kernels.h"
#include "cuda/probe.h"
#include "process.h"
#include "tiny.h"

namespace gramstack::cudnn {
namespace {

const std::string kNeeds =
    "\n  it needs an NVIDIA GPU of compute capability 8.0 or newer and a driver that supports CUDA 13.0 (580 or newer)"
    "\n  to train on the CPU: device: {type: onednn}";

Probe good() {
  Probe probe;
  probe.driver = 13000;
  probe.gpus = 1;
  probe.name = "NVIDIA H100 80GB HBM3";
  probe.major = 9;
  return probe;
}

TEST_CASE("cudnn: nothing is wrong with a GPU of compute capability 9.0 and a driver for CUDA 13") {
  CHECK(complaint(good()) == "");
}

TEST_CASE("cudnn: no driver") { CHECK(complaint(Probe{}) == "no NVIDIA driver is installed" + kNeeds); }

TEST_CASE("cudnn: a driver that is too old") {
  Probe probe = good();
  probe.driver = 12080;
  CHECK(complaint(probe) == "the NVIDIA driver is too old: it supports CUDA 12.8" + kNeeds);
}

TEST_CASE("cudnn: a driver and no GPU") {
  Probe probe = good();
  probe.gpus = 0;
  CHECK(complaint(probe) == "the NVIDIA driver shows no GPU" + kNeeds);
  probe.is_limited = true;
  CHECK(complaint(probe) == "the NVIDIA driver shows no GPU (CUDA_VISIBLE_DEVICES is \"\")" + kNeeds);
  probe.is_limited = false;
  probe.error = "system not yet initialized";
  CHECK(complaint(probe) == "the NVIDIA driver shows no GPU: system not yet initialized" + kNeeds);
}

TEST_CASE("cudnn: a number that no GPU has") {
  Probe probe = good();
  probe.index = 3;
  CHECK(complaint(probe) == "there is no GPU 3: the NVIDIA driver shows 1, counted from 0" + kNeeds);
}

TEST_CASE("cudnn: a GPU that is too old") {
  Probe probe = good();
  probe.name = "Tesla V100-SXM2-16GB";
  probe.major = 7;
  CHECK(complaint(probe) == "GPU 0, Tesla V100-SXM2-16GB, is of compute capability 7.0" + kNeeds);
}

bool has_driver() { return dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) != nullptr; }

TEST_CASE("cudnn: run without a driver ends with exit code 8 and leaves nothing behind" * doctest::skip(has_driver())) {
  const test::TemporaryFolder folder;
  const std::string file = test::write_tiny(folder.path(), 1).string();
  std::string text = test::read_text(file);
  text.replace(text.find("reference"), 9, "cudnn");
  test::write_text(file, text);
  const std::string out = (folder.path() / "out").string();
  const test::Outcome outcome = test::run_tool({"run", file, "--out", out});
  CHECK(outcome.code == 8);
  CHECK(outcome.out == "");
  CHECK(outcome.err == file + ":4:16: error: device 'cudnn': no NVIDIA driver is installed" + kNeeds +
                           "\n    4 | device: {type: cudnn}\n      |                ^~~~~\n1 error in " + file + "\n");
  CHECK_FALSE(std::filesystem::exists(out));
}

TEST_CASE("cudnn: a plan for a target that is not here is shown by graph, not run") {
  const test::TemporaryFolder folder;
  const std::string file = test::write_tiny(folder.path(), 1).string();
  std::string text = test::read_text(file);
  text.replace(text.find("reference"), 9, "cudnn, target: sm_90");
  test::write_text(file, text);
  const test::Outcome shown = test::run_tool({"graph", file, "--module", "features", "--after", "plan"});
  CHECK(shown.code == 0);
  CHECK(shown.out.find(" launches, scratch ") != std::string::npos);
  const test::Outcome run = test::run_tool({"run", file, "-q", "--out", (folder.path() / "out").string()});
  CHECK(run.code == 8);
  CHECK(run.err.find("device cudnn: a plan for target sm_90 can be shown, not run\n"
                     "  leave the parameter target out") != std::string::npos);
}

}  // namespace
}  // namespace gramstack::cudnn
