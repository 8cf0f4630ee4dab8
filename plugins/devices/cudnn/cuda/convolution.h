// Convolutions by cuDNN's graph API: a request becomes an operation graph, heuristics propose engines for it, and the
// first that keeps the request's promises and can be built is taken.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "compiler/launch.h"
#include "cuda/descriptor.h"

namespace gramstack::cudnn {

/// What plans are built for: a GPU with a handle, or one described in words, for which plans are built but not run.
class Target {
 public:
  explicit Target(cudnnHandle_t handle) : handle_(handle) {}
  /// `capability`: 900 for 9.0. Throws Error(device) where cuDNN does not take the description.
  static Target described(int capability);

  cudnnHandle_t handle() const { return handle_; }
  void apply(Descriptor& descriptor, cudnnBackendAttributeName_t handle_name,
             cudnnBackendAttributeName_t properties_name) const;

 private:
  cudnnHandle_t handle_ = nullptr;
  std::vector<Descriptor> properties_;
};

class ConvolutionPlan {
 public:
  /// REQUIRES: `plan` is finalised.
  ConvolutionPlan(Descriptor plan, std::string engine);

  std::size_t workspace() const { return workspace_; }
  const std::string& engine() const { return engine_; }  ///< "engine 67"
  /// The operands in the order of ConvolutionRequest. Nothing is waited for.
  void run(cudnnHandle_t handle, const ConvolutionRequest& request, const std::array<void*, 3>& operands,
           void* workspace) const;

 private:
  Descriptor plan_;
  std::string engine_;
  std::size_t workspace_;
};

/// At most `most` plans in the order of the heuristics (modes B, A, fallback) that need at most `workspace` bytes.
/// Throws Error(device) when there is none.
std::vector<ConvolutionPlan> convolution_plans(const ConvolutionRequest& request, const Target& target,
                                               std::size_t most, std::size_t workspace);

}  // namespace gramstack::cudnn
