#include "cuda/convolution.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/error.h"

namespace gramstack::cudnn {
namespace {

/// Attributes of one direction's operation.
struct OperationNames {
  cudnnBackendDescriptorType_t type;
  cudnnBackendAttributeName_t x, w, y, convolution, alpha, beta;
};
constexpr OperationNames kOperations[] = {
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA},
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA},
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA}};

/// The unique ids of x, w and y, in the order of the request's operands.
constexpr std::int64_t kX = 1, kW = 2, kY = 3;
constexpr std::int64_t kOperandIds[3][3] = {{kX, kW, kY}, {kY, kW, kX}, {kX, kY, kW}};

/// Where this direction's operands stand among the pointers of run().
const std::int64_t* operand_ids(Direction direction) { return kOperandIds[static_cast<std::size_t>(direction)]; }

Descriptor tensor(const Shape& shape, std::int64_t id, cudnnDataType_t type) {
  const std::int64_t c = shape[1], h = shape[2], w = shape[3];
  Descriptor made(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  made.set(CUDNN_ATTR_TENSOR_DATA_TYPE, type)
      .set(CUDNN_ATTR_TENSOR_DIMENSIONS, shape)
      .set(CUDNN_ATTR_TENSOR_STRIDES, {h * w * c, 1, w * c, c})
      .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, std::vector<std::int64_t>{16})
      .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, std::vector<std::int64_t>{id});
  return std::move(made.finalize("describing a tensor of a convolution"));
}

Descriptor convolution(const ConvolutionRequest& request) {
  Descriptor made(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  const std::vector<std::int64_t> padding(2, request.padding), stride(2, request.stride), one(2, 1);
  made.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT)
      .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE,
           std::vector<cudnnConvolutionMode_t>{CUDNN_CROSS_CORRELATION})
      .set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::vector<std::int64_t>{2})
      .set(CUDNN_ATTR_CONVOLUTION_DILATIONS, one)
      .set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, stride)
      .set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, padding)
      .set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, padding);
  return std::move(made.finalize("describing a convolution"));
}

/// The request as an operation graph of one operation. Descriptors hold what they are given by reference counts.
Descriptor graph(const ConvolutionRequest& request, const Target& target) {
  const OperationNames& names = kOperations[static_cast<std::size_t>(request.direction)];
  const cudnnDataType_t type = request.precision == Precision::bf16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
  const Descriptor x = tensor(request.x, kX, type), w = tensor(request.w, kW, type), y = tensor(request.y, kY, type);
  const Descriptor window = convolution(request);
  Descriptor operation(names.type);
  operation.set(names.x, x).set(names.w, w).set(names.y, y).set(names.convolution, window);
  operation.set(names.alpha, 1.0f).set(names.beta, 0.0f).finalize("describing " + to_text(request));
  Descriptor made(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  made.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operation);
  if (target.handle())
    made.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, std::vector<cudnnHandle_t>{target.handle()});
  return std::move(made.finalize("describing " + to_text(request)));
}

std::vector<Descriptor> configurations(const Descriptor& graph, cudnnBackendHeurMode_t mode, const Target& target) {
  Descriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph)
      .set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, std::vector<cudnnBackendHeurMode_t>{mode});
  if (!target.handle()) target.apply(heuristics, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP);
  std::vector<Descriptor> made;
  if (heuristics.try_finalize() != CUDNN_STATUS_SUCCESS) return made;  // no proposals in this mode
  std::int64_t count = 0;
  const CudnnLibrary& cudnn = cudnn_library();
  check(cudnn.cudnnBackendGetAttribute(heuristics.raw(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                                       0, &count, nullptr),
        "asking for engines");
  std::vector<cudnnBackendDescriptor_t> raw;
  for (std::int64_t i = 0; i < count; ++i) raw.push_back(made.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR).raw());
  std::int64_t written = 0;
  if (count > 0)
    check(cudnn.cudnnBackendGetAttribute(heuristics.raw(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                                         count, &written, raw.data()),
          "asking for engines");
  made.erase(made.begin() + written, made.end());
  return made;
}

/// An engine as it stands in a configuration.
Descriptor engine_of(const Descriptor& configuration) {
  Descriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  cudnnBackendDescriptor_t raw = engine.raw();
  std::int64_t count = 0;
  check(cudnn_library().cudnnBackendGetAttribute(configuration.raw(), CUDNN_ATTR_ENGINECFG_ENGINE,
                                                 CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count, &raw),
        "asking for an engine");
  return engine;
}

/// Whether results of an engine with these notes are what the request promises.
bool keeps_promises(const std::vector<cudnnBackendNumericalNote_t>& notes, const ConvolutionRequest& request) {
  const auto has = [&](cudnnBackendNumericalNote_t note) {
    return std::find(notes.begin(), notes.end(), note) != notes.end();
  };
  if (request.deterministic && has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)) return false;
  if (has(CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS)) return false;
  if (request.precision != Precision::fp32) return true;
  return !has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE) && !has(CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION);
}

/// A description of a GPU as cuDNN writes it itself; the sizes are those of an H100, the capability is the caller's.
std::string description(int capability) {
  return fmt::format(
      R"({{"deviceVer":{},"driverVer":13000,"multiProcessorCount":132,"warpSize":32,"maxSharedMemoryPerBlock":49152,)"
      R"("maxSharedMemoryPerBlockOptin":{},"reservedSharedMemoryPerBlock":1024,"maxRegistersPerSM":65536,)"
      R"("maxCtasPerSM":32,"maxThreadsPerBlock":1024,"maxThreadsPerSM":2048,"regsPerBlock":65536,)"
      R"("maxGridSize":[2147483647,65535,65535],"maxBlockSize":[1024,1024,64],"pciDeviceId":9008,"isTccDriver":0,)"
      R"("supportCoopLaunch":1,"totalGlobalMem":85000000000,"smClockRateKHz":1980000,"memClockRateKHz":2619000,)"
      R"("l2CacheSize":52428800,"cudaDeviceId":0,"deviceName":"described"}})",
      capability, capability >= 900 ? 232448 : 166912);
}

}  // namespace

Target Target::described(int capability) {
  const std::string text = description(capability);
  Target made(nullptr);
  Descriptor& properties = made.properties_.emplace_back(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  properties.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
                 std::vector<char>(text.c_str(), text.c_str() + text.size() + 1));
  properties.finalize("describing a GPU");
  return made;
}

void Target::apply(Descriptor& descriptor, cudnnBackendAttributeName_t handle_name,
                   cudnnBackendAttributeName_t properties_name) const {
  if (handle_)
    descriptor.set(handle_name, CUDNN_TYPE_HANDLE, std::vector<cudnnHandle_t>{handle_});
  else
    descriptor.set(properties_name, properties_[0]);
}

ConvolutionPlan::ConvolutionPlan(Descriptor plan, std::string engine)
    : plan_(std::move(plan)),
      engine_(std::move(engine)),
      workspace_(static_cast<std::size_t>(plan_.get(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE))) {}

void ConvolutionPlan::run(cudnnHandle_t handle, const ConvolutionRequest& request, const std::array<void*, 3>& operands,
                          void* workspace) const {
  const std::int64_t* ids = operand_ids(request.direction);
  Descriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, std::vector<std::int64_t>(ids, ids + 3))
      .set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR,
           std::vector<void*>(operands.begin(), operands.end()))
      .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, std::vector<void*>{workspace})
      .finalize("binding a convolution");
  check(cudnn_library().cudnnBackendExecute(handle, plan_.raw(), pack.raw()), "running " + to_text(request));
}

std::vector<ConvolutionPlan> convolution_plans(const ConvolutionRequest& request, const Target& target,
                                               std::size_t most, std::size_t workspace) {
  const Descriptor operation = graph(request, target);
  std::vector<ConvolutionPlan> plans;
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_B, CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
    for (const Descriptor& configuration : configurations(operation, mode, target)) {
      if (plans.size() == most) return plans;
      const Descriptor engine = engine_of(configuration);
      const std::vector<cudnnBackendNumericalNote_t> notes = engine.get<cudnnBackendNumericalNote_t>(
          CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
      if (!keeps_promises(notes, request)) continue;
      Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
      plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
      target.apply(plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
      if (plan.try_finalize() != CUDNN_STATUS_SUCCESS) continue;  // this one is not for this GPU
      ConvolutionPlan made(std::move(plan), fmt::format("engine {}", engine.get(CUDNN_ATTR_ENGINE_GLOBAL_INDEX)));
      if (made.workspace() <= workspace) plans.push_back(std::move(made));
    }
  if (plans.empty())
    throw Error(ExitCode::device, fmt::format("device cudnn: cuDNN has no engine for {}", to_text(request)));
  return plans;
}

}  // namespace gramstack::cudnn
