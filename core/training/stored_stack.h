// A stored hidden module with all that it stands on, as a feature extractor for any data whose images have its shape.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "store/module_store.h"
#include "training/inference.h"

namespace gramstack {

/// [one thread]
class StoredStack {
 public:
  /// Every module is read and checked by its hash. Throws Error(file): unknown or damaged, a module below is missing,
  /// an output module; Error(data): the images are of another shape; Error(configuration or plugin): a component that
  /// it needs is not found.
  StoredStack(const ModuleStore& store, const std::string& hash, const DataSpec& data, std::shared_ptr<Device> device,
              const Registry& registry);
  StoredStack(const StoredStack&) = delete;
  StoredStack& operator=(const StoredStack&) = delete;

  /// Hidden modules only, named module0, module1, ...; normalises images as the lowest module was trained.
  const Network& network() const { return network_; }
  const TensorMap& parameters() const { return parameters_; }  ///< of all modules, by full names
  const StoredSource& top() const { return *pipeline_.stack.back().stored; }

  FeatureTable outputs(const Examples& examples, const Poll& poll = {});  ///< of the top module: pre-activations
  /// The top module's outputs through its kernel's nonlinearity, or as they are where that depends on centres that
  /// belong to a module above.
  FeatureTable features(const Examples& examples, const Poll& poll = {});

 private:
  Pipeline pipeline_;
  Network network_;
  TensorMap parameters_;
};

/// Throws Error(data) when the lowest module of a stack was trained on images of another shape.
void check_stored_images(const StoredSource& lowest, const ImageFormat& format);

/// The tensors of the lowest modules that are stored ones, checked, by their full names.
TensorMap stored_parameters(const Network& network);

}  // namespace gramstack
