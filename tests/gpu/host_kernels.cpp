#include "host_kernels.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace gramstack::gpu_test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kGuard = 256;
constexpr std::byte kMark{0xff};  // as numbers: NaN
constexpr std::size_t kKernelsPerUnit = 100;

std::string read_text(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string unit_text(const std::vector<cudnn::KernelSource>& kernels) {
  std::string unit = read_text(fs::path(GRAMSTACK_TEST_SOURCE) / "tests/gpu/host.cuh") + cudnn::host_text(kernels);
  for (const cudnn::KernelSource& kernel : kernels)
    unit += fmt::format(
        "\nextern \"C\" void host_{0}(void* const* pointers, unsigned grid, unsigned threads, bool together) {{\n"
        "  host::launch({0}, pointers, grid, threads, together);\n}}\n",
        kernel.name);
  return unit;
}

/// Where the compiled unit is, or is to be.
fs::path path_of(const std::string& unit) {
  const fs::path folder = fs::path(GRAMSTACK_TEST_BINARY) / "tests/gpu-kernels";
  fs::create_directories(folder);
  return folder / fmt::format("{:016x}-{}.so", std::hash<std::string>{}(unit), unit.size());
}

/// "" or what the compiler says.
std::string compile(const std::string& unit, const fs::path& path) {
  if (fs::exists(path)) return "";
  const std::string made = fmt::format("{}.{}", path.string(), ::getpid());
  std::ofstream(made + ".cpp") << unit;
  const std::string command = fmt::format(
      "{0} -std=c++17 -O1 -w -shared -fPIC -fno-strict-aliasing -U_FORTIFY_SOURCE '{1}.cpp' -o '{1}' > '{1}.log' 2>&1",
      GRAMSTACK_TEST_COMPILER, made);
  const int status = std::system(command.c_str());
  std::string said;
  if (status != 0)
    said = fmt::format("{}\n{}", command, read_text(made + ".log").substr(0, 4000));
  else
    fs::rename(made, path);
  fs::remove(made + ".log");
  if (said.empty()) fs::remove(made + ".cpp");
  return said;
}

/// Whether threads of a block wait for each other.
bool waits(const cudnn::KernelSource& kernel) {
  return kernel.library == "reduction" || kernel.library == "batch_norm" || kernel.library == "matrix";
}

}  // namespace

Buffer::Buffer(std::size_t bytes) : storage_(bytes + 3 * kGuard, kMark), size_(bytes) {
  const std::size_t address = reinterpret_cast<std::size_t>(storage_.data()) + kGuard;
  begin_ = kGuard + (kGuard - address % kGuard) % kGuard;
}

bool Buffer::intact() const {
  const auto marked = [](std::byte byte) { return byte == kMark; };
  return std::all_of(storage_.data(), data(), marked) &&
         std::all_of(data() + size_, storage_.data() + storage_.size(), marked);
}

HostKernels& HostKernels::instance() {
  static HostKernels kernels;
  return kernels;
}

void HostKernels::add(const cudnn::KernelSource& source) {
  if (!entries_.contains(source.name)) pending_.emplace(source.name, source);
}

void HostKernels::compile_pending() {
  std::vector<std::vector<cudnn::KernelSource>> units;
  for (const auto& [name, source] : pending_) {
    if (units.empty() || units.back().size() == kKernelsPerUnit) units.emplace_back();
    units.back().push_back(source);
  }
  pending_.clear();
  std::vector<std::string> texts(units.size()), said(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) texts[i] = unit_text(units[i]);
  const auto compile_every = [&](std::size_t first) {
    for (std::size_t i = first; i < units.size(); i += 2) said[i] = compile(texts[i], path_of(texts[i]));
  };
  std::thread other(compile_every, 1);
  compile_every(0);
  other.join();
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (!said[i].empty()) throw std::runtime_error(said[i]);
    load(path_of(texts[i]), units[i]);
  }
}

void HostKernels::load(const std::string& path, const std::vector<cudnn::KernelSource>& kernels) {
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(::dlerror());
  for (const cudnn::KernelSource& kernel : kernels)
    entries_[kernel.name] = reinterpret_cast<Entry>(::dlsym(library, ("host_" + kernel.name).c_str()));
}

void HostKernels::run(const cudnn::KernelCall& call, const std::vector<void*>& pointers) {
  if (!entries_.contains(call.kernel.name)) {
    add(call.kernel);
    compile_pending();
  }
  entries_.at(call.kernel.name)(pointers.data(), call.grid, call.block, waits(call.kernel));
}

void run(const cudnn::Kernels& kernels, const std::vector<Buffer*>& arrays) {
  std::vector<Buffer> scratch;
  for (std::size_t bytes : kernels.scratch) scratch.emplace_back(bytes);
  std::vector<Buffer*> all = arrays;
  for (Buffer& buffer : scratch) all.push_back(&buffer);
  for (const cudnn::KernelCall& call : kernels.calls) {
    std::vector<void*> pointers;
    for (int number : call.operands) pointers.push_back(all.at(static_cast<std::size_t>(number))->data());
    HostKernels::instance().run(call, pointers);
    for (const Buffer* buffer : all)
      if (!buffer->intact())
        throw std::runtime_error(call.kernel.name + " writes beside an array:\n" + call.kernel.body);
  }
}

}  // namespace gramstack::gpu_test
