#include "threads.h"

#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>

namespace gramstack::onednn {
namespace {

std::vector<int> allowed_processors() {
  std::vector<int> list;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    for (int i = 0; i < CPU_SETSIZE; ++i)
      if (CPU_ISSET(static_cast<std::size_t>(i), &set)) list.push_back(i);
  return list;
}

void pin_workers(int threads) {
  const std::vector<int> processors = allowed_processors();
  if (std::getenv("OMP_PROC_BIND") || threads < 2 || static_cast<std::size_t>(threads) != processors.size()) return;
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num();
    if (thread > 0) {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(static_cast<std::size_t>(processors[static_cast<std::size_t>(thread)]), &set);
      sched_setaffinity(0, sizeof set, &set);
    }
  }
}

}  // namespace

// OpenMP knows them from before OMP_PROC_BIND has bound the calling thread to one of them.
int usable_threads(int wanted) {
  return std::min(wanted ? wanted : std::max(1, omp_get_num_procs()), omp_get_thread_limit());
}

ThreadScope::ThreadScope(int threads) : before_(omp_get_max_threads()) {
  thread_local int pinned = 0;  // OpenMP keeps one pool for each thread that opens regions
  omp_set_num_threads(threads);
  omp_set_dynamic(0);  // kernels count on as many threads as they ask for
  if (pinned != threads) pin_workers(threads);
  pinned = threads;
}

ThreadScope::~ThreadScope() { omp_set_num_threads(before_); }

void detail::run_parts(int parts, void (*call)(const void* body, int part), const void* body) {
#pragma omp parallel num_threads(parts)
  {
    const int team = omp_get_num_threads();
    for (int part = omp_get_thread_num(); part < parts; part += team) call(body, part);
  }
}

void barrier() {
#pragma omp barrier
}

int parts_for(Index work, int threads) {
  constexpr Index kWorthAThread = 8192;
  return static_cast<int>(std::clamp<Index>(work / kWorthAThread, 1, threads));
}

}  // namespace gramstack::onednn
