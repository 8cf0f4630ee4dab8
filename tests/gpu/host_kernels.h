// Runs generated kernels on the host: the same source, compiled by the system's compiler.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace gramstack::gpu_test {

/// Memory of one array. What stands before and behind it must not change.
class Buffer {
 public:
  explicit Buffer(std::size_t bytes);
  std::byte* data() { return storage_.data() + begin_; }
  const std::byte* data() const { return storage_.data() + begin_; }
  std::size_t size() const { return size_; }
  bool intact() const;  ///< nothing wrote beside it

 private:
  std::vector<std::byte> storage_;
  std::size_t begin_ = 0, size_ = 0;
};

/// Compiled kernels, by name. Compilation is put off until a kernel is run, so that many share a unit; compiled units
/// are kept in a folder of the build tree, by their text.
class HostKernels {
 public:
  static HostKernels& instance();
  void add(const cudnn::KernelSource& source);
  /// Throws std::runtime_error when the compiler refuses.
  void run(const cudnn::KernelCall& call, const std::vector<void*>& pointers);
  std::size_t count() const { return entries_.size() + pending_.size(); }

 private:
  using Entry = void (*)(void* const* pointers, unsigned grid, unsigned threads, bool together);
  void compile_pending();
  void load(const std::string& path, const std::vector<cudnn::KernelSource>& kernels);

  std::map<std::string, cudnn::KernelSource> pending_;
  std::map<std::string, Entry> entries_;
};

/// Runs all calls of an operation on the memory of its inputs, then outputs.
void run(const cudnn::Kernels& kernels, const std::vector<Buffer*>& arrays);

}  // namespace gramstack::gpu_test
