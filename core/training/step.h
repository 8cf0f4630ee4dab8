// The graphs of a run. Every graph names its parameters by module: "features/conv1/weight"; a kernel's own are under
// the module above it, whose input it makes: "classifier/kernel/centers"; those of its head are under the module,
// "features/head/linear/weight", in training steps and objectives alone.
#pragma once

#include "api/graph.h"
#include "training/network.h"

namespace gramstack {

/// What a graph reads: "images" u8 [n,c,h,w]; these and "offsets" i32 [n,3]; or "features" f32 [n, ...], the cached
/// input of the first module that it holds. Where the device keeps the examples in a table, n is that of all of them
/// (StepSize::table), and "rows" i32 [batch] are those of the step.
enum class Source { images, augmented_images, features };

struct GraphPart {
  Source source = Source::images;
  std::size_t first = 0, last = 0;  ///< modules; from images the frozen ones below `first` are emitted too
};

struct StepSize {
  std::int64_t batch = 0;
  std::int64_t table = 0;  ///< rows of the table of all examples; 0: the step is given its examples
};

const char* input_name(Source source);                                                    ///< "images" or "features"
TensorType examples_type(const Network&, Source, std::size_t first, std::int64_t count);  ///< of that input

/// The input that is the learning rate of `part`, one of by_loss(segment): "learning_rate", or where modules are
/// trained together "features-1/learning_rate".
std::string rate_name(const Network& network, const Segment& segment, const Segment& part);

/// One step of training: also reads the truth, learning rates and "step" (from 1); gives "loss", the sum over modules
/// that are trained together, each on what the one below gives before the step. The truth is "labels"
/// i32 [n], or of known pairs "same" and "different" f32 [n,n], 1 where a pair is that.
Graph training_graph(const Network& network, const Segment& segment, Source source, StepSize size);

/// The output of module part.last in inference mode, as "output".
Graph inference_graph(const Network& network, const GraphPart& part, std::int64_t batch);

/// What is cached for `module` (Network::shapes), from images, as "output".
Graph input_graph(const Network& network, std::size_t module, std::int64_t batch);

/// The kernel features of the last module's output, from images, as "output". REQUIRES: it is hidden.
Graph feature_graph(const Network& network, std::int64_t batch);

/// The input values of `module` from images: the pre-activations of the module below, or the normalised images.
Graph preactivation_graph(const Network& network, std::size_t module, std::int64_t batch);

/// "loss" of `module` from its "output" f32 [n, ...] and the truth.
Graph objective_graph(const Network& network, std::size_t module, std::int64_t batch);

/// Whether a segment's training step reads cached features: it is not augmented and `examples` rows fit into memory.
Source training_source(const Network& network, const Segment& segment, std::int64_t examples);

/// Likewise for evaluation, where nothing is augmented.
Source evaluation_source(const Network& network, const Segment& segment, std::int64_t examples);

}  // namespace gramstack
