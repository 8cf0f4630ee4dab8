// A new task, and what frozen modules are worth for it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "context.h"
#include "estimators/estimates.h"
#include "training/stored_stack.h"

namespace gramstack::tool {

/// A hidden module on the modules below it, in a store.
struct ModuleSource {
  std::string name;  ///< what people call it
  std::filesystem::path store;
  std::string hash;
};

/// `word` is a hash or its beginning, in the store; a module file; or a run folder, whose topmost hidden module is
/// meant. Throws Error.
ModuleSource find_module(const std::string& word, const Context& context);

/// All hidden modules of the store, newest first. Throws Error(file) when there is none.
std::vector<ModuleSource> all_modules(const Context& context);

/// What ranks when nothing is asked for, best first in three studies of pairs of CIFAR-10 classes (pipelines/transfer).
inline constexpr const char* kRankingLosses = "kernel-dimension-reduction, contrastive, alignment";

/// [one thread]
class TransferTask {
 public:
  /// `pipeline` outlives the object. At most `images` of its training images that are not held out are looked at,
  /// equally many of every class. `losses`: whose objectives are measured; the first one ranks.
  TransferTask(const Pipeline& pipeline, std::vector<analysis::NamedLoss> losses, std::int64_t images,
               const Registry& registry);

  std::string objective() const { return losses_.front().name; }  ///< that ranks
  std::unique_ptr<StoredStack> open(const ModuleSource& source) const;
  /// Nothing is trained; the objective first.
  std::vector<analysis::Estimate> estimate(StoredStack& module) const;
  /// The test accuracy of the pipeline's output module, trained on the module's features of the training images.
  double train_output(const StoredStack& module) const;

 private:
  const Pipeline& pipeline_;
  std::vector<analysis::NamedLoss> losses_;
  std::int64_t images_;
  const Registry& registry_;
};

}  // namespace gramstack::tool
