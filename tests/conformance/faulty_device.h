// A device with one defect: the reference device, tampered with. For tests of the suite itself.
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "api/error.h"
#include "api/ops.h"
#include "devices.h"

namespace gramstack::conformance {

struct Defect {
  std::string declined_op;                             ///< declined by declines() and compile()
  bool compiles_declined = false;                      ///< compile() takes it all the same
  std::function<void(int run, float& first)> on_read;  ///< changes the first f32 of every output or parameter read
  bool overruns = false;                               ///< read() writes one byte before its memory
  std::function<void(Plan&)> after_run;                ///< what a run does beside its step
  std::size_t memory = std::size_t{1} << 40;           ///< reported for parameters
};

class FaultyPlan final : public Plan {
 public:
  FaultyPlan(std::unique_ptr<Plan> right, const Defect& defect) : right_(std::move(right)), defect_(defect) {}

  void write(std::string_view name, std::span<const std::byte> bytes) override { right_->write(name, bytes); }
  void read(std::string_view name, std::span<std::byte> bytes) const override {
    right_->read(name, bytes);
    if (defect_.overruns) *(bytes.data() - 1) = std::byte{1};
    if (!defect_.on_read || bytes.size() < sizeof(float)) return;
    float first;
    std::memcpy(&first, bytes.data(), sizeof first);
    defect_.on_read(runs_, first);
    std::memcpy(bytes.data(), &first, sizeof first);
  }
  void run() override {
    right_->run();
    ++runs_;
    if (defect_.after_run) defect_.after_run(*right_);
  }
  MemoryReport memory() const override { return {defect_.memory, 0, 0}; }

 private:
  std::unique_ptr<Plan> right_;
  Defect defect_;
  int runs_ = 0;
};

class FaultyDevice final : public Device {
 public:
  explicit FaultyDevice(Defect defect) : defect_(std::move(defect)) {}

  std::string describe() const override { return "faulty"; }
  std::string declines(const Graph&, const Node& node) const override {
    return node.op->name == defect_.declined_op ? "wants something else" : "";
  }
  std::unique_ptr<Plan> compile(const Graph& graph, const CompileOptions& options) override {
    for (const Node& node : graph.nodes())
      if (!declines(graph, node).empty() && !defect_.compiles_declined)
        throw Error(ExitCode::device, "declines '" + node.name + "'");
    return std::make_unique<FaultyPlan>(reference().compile(graph, options), defect_);
  }

 private:
  Defect defect_;
};

}  // namespace gramstack::conformance
