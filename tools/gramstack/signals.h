// SIGINT and SIGTERM while training: the first asks for a checkpoint, the second leaves at once.
#pragma once

#include <atomic>

namespace gramstack::tool {

/// Handles both signals until it is destroyed. One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  /// The number of the signal received, or 0; for RunOptions::stop.
  static const std::atomic<int>* received();
};

}  // namespace gramstack::tool
