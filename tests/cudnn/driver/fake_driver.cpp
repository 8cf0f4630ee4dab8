#include "fake_driver.h"

#include <cuda.h>
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

using gramstack::test::fake_driver;

namespace gramstack::test {

FakeDriver& fake_driver() {
  static FakeDriver driver;
  return driver;
}

namespace {

std::map<void*, std::size_t>& blocks() {
  static std::map<void*, std::size_t> all;
  return all;
}

std::set<std::string>& names() {
  static std::set<std::string> all;
  return all;
}

cudaError_t note(std::string call) {
  FakeDriver& driver = fake_driver();
  driver.calls.push_back((driver.recording ? "record: " : "") + std::move(call));
  return driver.failed ? cudaErrorLaunchFailure : cudaSuccess;
}

CUresult launch(CUfunction function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream,
                void**, void**) {
  note(*reinterpret_cast<const std::string*>(function));
  if (--fake_driver().launches_until_failure == 0) fake_driver().failed = true;
  return CUDA_SUCCESS;
}

CUresult load(CUmodule* module, const void*) {
  *module = reinterpret_cast<CUmodule>(&names());
  return CUDA_SUCCESS;
}

CUresult unload(CUmodule) { return CUDA_SUCCESS; }

/// A function is its name without the digest.
CUresult find(CUfunction* function, CUmodule, const char* name) {
  const std::string whole = name;
  const std::string* kept = &*names().insert(whole.substr(0, whole.rfind('_'))).first;
  *function = reinterpret_cast<CUfunction>(const_cast<std::string*>(kept));
  return CUDA_SUCCESS;
}

CUresult describe(CUresult, const char** text) {
  *text = "a fault";
  return CUDA_SUCCESS;
}

}  // namespace
}  // namespace gramstack::test

using namespace gramstack::test;

extern "C" {

cudaError_t cudaDriverGetVersion(int* version) {
  *version = fake_driver().version;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = {};
  std::strcpy(properties->name, "NVIDIA H100 80GB HBM3");
  properties->major = 9;
  properties->multiProcessorCount = 132;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int) { return cudaSuccess; }
cudaError_t cudaGetLastError() { return cudaSuccess; }
const char* cudaGetErrorName(cudaError_t error) {
  return error == cudaErrorLaunchFailure ? "cudaErrorLaunchFailure" : "cudaErrorUnknown";
}
const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorLaunchFailure ? "unspecified launch failure" : "unknown error";
}

cudaError_t cudaGetDriverEntryPointByVersion(const char* name, void** found, unsigned, unsigned long long,
                                             cudaDriverEntryPointQueryResult*) {
  const std::map<std::string, void*> known = {{"cuLaunchKernel", reinterpret_cast<void*>(&launch)},
                                              {"cuModuleLoadData", reinterpret_cast<void*>(&load)},
                                              {"cuModuleUnload", reinterpret_cast<void*>(&unload)},
                                              {"cuModuleGetFunction", reinterpret_cast<void*>(&find)},
                                              {"cuGetErrorString", reinterpret_cast<void*>(&describe)}};
  *found = known.at(name);
  return cudaSuccess;
}

// --- memory
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = fake_driver().memory;
  *free = fake_driver().memory - fake_driver().used;
  return cudaSuccess;
}
cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  note(fmt::format("allocate {}", bytes));
  if (fake_driver().used + bytes > fake_driver().memory) return cudaErrorMemoryAllocation;
  *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  blocks()[*memory] = bytes;
  fake_driver().used += bytes;
  return cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
  note("free");
  fake_driver().used -= blocks()[memory];
  blocks().erase(memory);
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  *memory = std::malloc(bytes);
  return note(fmt::format("allocate {} of the host", bytes));
}
cudaError_t cudaFreeHost(void* memory) {
  std::free(memory);
  note("free of the host");
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t) {
  const char* where = kind == cudaMemcpyHostToDevice ? "to" : kind == cudaMemcpyDeviceToHost ? "from" : "within";
  if (!fake_driver().recording) std::memmove(to, from, bytes);
  return note(fmt::format("copy {} {}", bytes, where));
}
cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t) {
  std::memset(memory, value, bytes);
  return note(fmt::format("clear {}", bytes));
}

// --- streams, events
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = reinterpret_cast<cudaStream_t>(&blocks());
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }
cudaError_t cudaStreamSynchronize(cudaStream_t) { return note("wait"); }
cudaError_t cudaEventCreate(cudaEvent_t*) { return note("make an event"); }
cudaError_t cudaEventDestroy(cudaEvent_t) { return note("destroy an event"); }
cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t) { return note("record an event"); }
cudaError_t cudaEventSynchronize(cudaEvent_t) { return note("wait for an event"); }
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t, cudaEvent_t) {
  *milliseconds = 1;
  return cudaSuccess;
}

// --- graphs
cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode) {
  fake_driver().recording = true;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
  fake_driver().recording = false;
  *graph = reinterpret_cast<cudaGraph_t>(&blocks());
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t, unsigned long long) {
  *executable = reinterpret_cast<cudaGraphExec_t>(&blocks());
  return note("make the graph");
}
cudaError_t cudaGraphDestroy(cudaGraph_t) { return cudaSuccess; }
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t) { return cudaSuccess; }
cudaError_t cudaGraphUpload(cudaGraphExec_t, cudaStream_t) { return note("upload the graph"); }
cudaError_t cudaGraphLaunch(cudaGraphExec_t, cudaStream_t) { return note("launch the graph"); }

}  // extern "C"
