// What makes a kernel's source a host program. The threads of a block run one after another; where they wait for each
// other each has a stack of its own, and a barrier passes on to the next thread.
#include <ucontext.h>
#include <cmath>
#include <csetjmp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#define __device__
#define __global__
#define __shared__ static
#define __constant__ static const
#define __grid_constant__
#define __forceinline__ inline
#define __launch_bounds__(threads)

namespace host {

struct Dimension {
  unsigned x;
};

Dimension thread, block, blocks;

struct Fiber {
  ucontext_t start;
  std::jmp_buf place;
  bool started, done;
};

constexpr std::size_t kStack = 64 * 1024;
std::vector<Fiber> fibers;
std::vector<char> stacks;
std::jmp_buf scheduler;
ucontext_t scheduler_context;
int current = -1;  // -1: threads run to their end
void (*entry)(const void*);
const void* argument;

void barrier() {
  if (current < 0) std::abort();
  if (!_setjmp(fibers[current].place)) _longjmp(scheduler, 1);
}

void run_fiber() {
  entry(argument);
  fibers[current].done = true;
  _longjmp(scheduler, 1);
}

void resume(unsigned number) {
  current = static_cast<int>(number);
  thread.x = number;
  Fiber& fiber = fibers[number];
  if (_setjmp(scheduler)) return;
  if (fiber.started) _longjmp(fiber.place, 1);
  fiber.started = true;
  setcontext(&fiber.start);
}

void run_together(unsigned threads) {
  fibers.resize(threads);
  stacks.resize(threads * kStack);
  for (unsigned i = 0; i < threads; ++i) {
    Fiber& fiber = fibers[i];
    fiber.started = fiber.done = false;
    getcontext(&fiber.start);
    fiber.start.uc_stack.ss_sp = stacks.data() + i * kStack;
    fiber.start.uc_stack.ss_size = kStack;
    fiber.start.uc_link = nullptr;
    makecontext(&fiber.start, run_fiber, 0);
  }
  for (bool any = true; any;) {
    any = false;
    for (unsigned i = 0; i < threads; ++i)
      if (!fibers[i].done) resume(i), any = true;
  }
  current = -1;
}

template <class T>
T parameter(void* const*& from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  from += sizeof value / sizeof(void*);
  return value;
}

template <class... P>
void launch(void (*kernel)(P...), void* const* pointers, unsigned grid, unsigned threads, bool together) {
  using Bound = std::pair<void (*)(P...), std::tuple<std::remove_const_t<P>...>>;
  const Bound bound{kernel, std::tuple<std::remove_const_t<P>...>{parameter<std::remove_const_t<P>>(pointers)...}};
  entry = [](const void* from) {
    const Bound& call = *static_cast<const Bound*>(from);
    std::apply(call.first, call.second);
  };
  argument = &bound;
  blocks.x = grid;
  for (block.x = 0; block.x < grid; ++block.x)
    if (together)
      run_together(threads);
    else
      for (thread.x = 0; thread.x < threads; ++thread.x) entry(argument);
}

}  // namespace host

#define threadIdx host::thread
#define blockIdx host::block
#define gridDim host::blocks

inline void __syncthreads() { host::barrier(); }

inline float __uint_as_float(unsigned bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }

inline unsigned short round_to_bf16(float x) {
  unsigned bits;
  std::memcpy(&bits, &x, sizeof bits);
  if (x != x) return 0x7fff;
  return static_cast<unsigned short>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
