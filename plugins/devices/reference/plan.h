// A graph with a tensor for every value, computed node by node in the order they were added.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/device.h"
#include "ops/ops.h"
#include "tensor.h"

namespace gramstack::reference {

class ReferencePlan final : public Plan {
 public:
  /// REQUIRES: find_function() knows every op of the graph.
  explicit ReferencePlan(Graph graph);

  void write(std::string_view name, std::span<const std::byte> bytes) override;
  void read(std::string_view name, std::span<std::byte> bytes) const override;
  void run() override;
  MemoryReport memory() const override;

 private:
  struct Step {
    OpFunction function;
    Call call;
  };

  void add_tensors();
  void add_steps();
  Tensor& tensor(Value value) {
    return tensors_[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.output)];
  }
  const Tensor& tensor(Value value) const { return const_cast<ReferencePlan*>(this)->tensor(value); }
  std::string names_to_read() const;
  std::string names_to_write() const;

  Graph graph_;
  std::vector<std::vector<Tensor>> tensors_;  ///< [node][output]
  std::vector<Step> steps_;
  std::vector<Tensor> outputs_;  ///< copies: an update or a later write() does not change what read() returns
  std::vector<Tensor> updates_;  ///< new values, complete before the first parameter changes
  bool ran_ = false;
};

}  // namespace gramstack::reference
