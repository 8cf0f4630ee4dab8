// Device: compiles a graph into a plan and runs it. Layouts, fusions, memory offsets and workspaces are fixed at
// compile time; run() allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/graph.h"

namespace gramstack {

struct MemoryReport {
  std::size_t parameters = 0;   ///< bytes of weights, states and slots
  std::size_t activations = 0;  ///< bytes of the arena that intermediate tensors share
  std::size_t workspace = 0;    ///< scratch of kernels
  std::size_t total() const { return parameters + activations + workspace; }
};

/// Rows in a device's memory, from which the steps of several plans gather their examples.
class Table {
 public:
  virtual ~Table() = default;
  /// Copies bytes to where they stand in the table, row-major. Before the first run() of a plan that reads it.
  virtual void write(std::size_t begin, std::span<const std::byte> bytes) = 0;
};

/// One prepared step. One thread at a time.
class Plan {
 public:
  virtual ~Plan() = default;
  /// Copies a whole input or parameter in: row-major, in the tensor's own element type.
  /// Throws Error(unexpected) when the name is unknown or the size differs.
  virtual void write(std::string_view name, std::span<const std::byte> bytes) = 0;
  /// Copies an output or parameter out. Outputs are of the last run().
  virtual void read(std::string_view name, std::span<std::byte> bytes) const = 0;
  /// One step: outputs computed, updates applied. Inputs and parameters keep their values otherwise. A device may still
  /// be at work when it returns; read() and write() wait.
  virtual void run() = 0;
  /// read() that may put off its copy to wait(), so that the host can prepare further steps: what the value is now is
  /// in `bytes` from then on. At most Device::steps_ahead() of them are under way.
  virtual void read_later(std::string_view name, std::span<std::byte> bytes) { read(name, bytes); }
  /// Until all steps are done and all bytes are where read_later() was to put them.
  virtual void wait() {}
  /// run(), telling how long each of the plan's own steps took, in order. A plan that has none tells of the whole.
  using Timed = std::function<void(std::string_view step, double seconds)>;
  virtual void run_timed(const Timed& timed);
  virtual MemoryReport memory() const = 0;
  /// Whether its parameters are those of CompileOptions::parameters_of.
  virtual bool shares_parameters() const { return false; }
};

struct CompileOptions {
  /// Called after each pass with its name and the program as text; for `gramstack graph --after` and tests.
  std::function<void(std::string_view pass, const std::string& text)> observe;
  /// Inputs of the graph that are tables of this device: they are not written, and live as long as the plan.
  std::map<std::string, std::shared_ptr<Table>, std::less<>> tables;
  /// A plan of this device that outlives the new one and has all of its parameters: a device that can uses that one's
  /// memory for them (Plan::shares_parameters); they become zeros.
  const Plan* parameters_of = nullptr;
};

/// [any-thread] for supports() and describe(); compile() and plans from one thread at a time.
class Device {
 public:
  virtual ~Device() = default;
  /// One line for manifests: "onednn 2.6.3, 2 threads, avx2".
  virtual std::string describe() const = 0;
  /// The only capability question. Empty: yes. Otherwise why not, for example "wants f32, got f64".
  virtual std::string declines(const Graph& graph, const Node& node) const = 0;
  /// Parameters start as zeros. Throws Error(device) naming the node a device declines; Error(resource) out of memory.
  virtual std::unique_ptr<Plan> compile(const Graph& graph, const CompileOptions& options = {}) = 0;
  /// Whether examples of this type, all rows together, are to be a table of the device, so that a step is told numbers
  /// of rows only. No: each step is given its examples.
  virtual bool keeps(const TensorType& /*rows*/) const { return false; }
  /// REQUIRES: keeps(rows). Throws Error(resource) where there is too little memory.
  virtual std::shared_ptr<Table> make_table(const TensorType& rows);
  /// How many steps may be under way before the host should wait(). 1: run() returns when its step is done.
  virtual std::int64_t steps_ahead() const { return 1; }
  /// Floating-point operations a second at the most, measured now with all threads of the device; 0: not known.
  virtual double measure_peak() { return 0; }
};

template <class T>
std::span<const std::byte> bytes_of(std::span<const T> values) {
  return std::as_bytes(values);
}

}  // namespace gramstack
