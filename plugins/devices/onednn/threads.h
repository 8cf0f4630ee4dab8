// The one thread pool: OpenMP's, which oneDNN uses too. Work is cut into a fixed number of parts, so results depend on
// the number of threads asked for and on nothing else.
#pragma once

#include "program.h"

namespace gramstack::onednn {

/// `wanted` threads, or for 0 as many as there are processors that this process may run on; at most OMP_THREAD_LIMIT.
int usable_threads(int wanted);

/// While it lives, OpenMP regions of the calling thread (oneDNN's too) use `threads` threads; before its first use on
/// a thread, the pool's workers are pinned when they are to use all processors and OMP_PROC_BIND is not set. The
/// calling thread itself is never pinned: threads that it starts would inherit that.
class ThreadScope {
 public:
  explicit ThreadScope(int threads);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

namespace detail {
void run_parts(int parts, void (*call)(const void* body, int part), const void* body);
}

/// body(part) for every part, one thread a part where there are enough.
template <class Body>
void parallel(int parts, const Body& body) {
  if (parts <= 1) return body(0);
  detail::run_parts(
      parts, [](const void* self, int part) { (*static_cast<const Body*>(self))(part); }, &body);
}

/// Waits until all parts of parallel() are here. REQUIRES: as many threads as parts.
void barrier();

/// body(begin, end) over [0, count) in `parts` contiguous ranges.
template <class Body>
void parallel_range(int parts, Index count, const Body& body) {
  parallel(parts, [&](int part) {
    const Index begin = count * part / parts, end = count * (part + 1) / parts;
    if (begin < end) body(begin, end);
  });
}

/// The number of parts worth starting for `work` element operations.
int parts_for(Index work, int threads);

}  // namespace gramstack::onednn
