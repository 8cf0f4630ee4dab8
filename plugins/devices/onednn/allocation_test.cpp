// Counts what a step allocates, by this program's own operator new; the plugin's calls come here too.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "test_steps.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GRAMSTACK_TEST_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GRAMSTACK_TEST_SANITIZED
#endif

#ifndef GRAMSTACK_TEST_SANITIZED
namespace {
std::atomic<long> allocations = 0;
std::atomic<std::size_t> largest = 0;

void* count_and_allocate(std::size_t size) {
  ++allocations;
  if (size > largest) largest = size;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) { return count_and_allocate(size); }
void* operator new[](std::size_t size) { return count_and_allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace gramstack::test {
namespace {

struct Counts {
  long allocations = 0;
  std::size_t largest = 0;
};

Counts counts_of_a_run(const Graph& graph) {
  const std::unique_ptr<Plan> plan = onednn(2)->compile(graph);
  write_all(*plan, graph, step_feeds(graph));
  plan->run();
  plan->run();
  const long before = allocations;
  largest = 0;
  plan->run();
  return {allocations - before, largest};
}

TEST_CASE("onednn: the counter counts the plugin's allocations") {
  const Graph graph = training_step("lenet5", {4, 1, 28, 28}, "sgd");
  const long before = allocations;
  const std::unique_ptr<Plan> plan = onednn(2)->compile(graph);
  CHECK(allocations - before > 100);
}

TEST_CASE("onednn: a step of own kernels allocates nothing") {
  Graph graph;
  Builder b(graph, Mode::training);
  const Value x = b.weight("x", {4, 16, 8, 8}, Initializer::normal(1));
  const Value shift = b.weight("b", {16}, Initializer::constant(0));
  const Value scale = b.weight("a", {16}, Initializer::constant(1));
  const Normalized norm = b.batch_norm(x, scale, shift, 1e-5);
  const Value loss = b.logsumexp(b.square(b.max_pool(b.relu(norm.output), {2, 2, 0})));
  graph.add_output("loss", loss);
  b.update(x, b.subtract(x, gradients(graph, loss, {x})[0]));
  CHECK(counts_of_a_run(graph).allocations == 0);
  CHECK(counts_of_a_run(training_step("lenet5", {4, 1, 28, 28}, "sgd")).allocations == 0);
}

TEST_CASE("onednn: oneDNN's primitives allocate their argument lists only") {
  Graph graph;
  Builder b(graph, Mode::training);
  const Value x = b.weight("x", {2, 16, 8, 8}, Initializer::normal(1));
  graph.add_output("y", b.conv2d(x, b.weight("w", {16, 16, 5, 5}, Initializer::normal(1)), {5, 1, 2}));
  const Counts counts = counts_of_a_run(graph);
  CHECK(counts.allocations > 0);
  CHECK(counts.largest < 1024);
}

}  // namespace
}  // namespace gramstack::test
#endif
