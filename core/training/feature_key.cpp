#include "training/feature_key.h"

#include <fmt/core.h>

#include <variant>

#include "api/ops.h"
#include "store/sha256.h"
#include "training/libraries.h"

namespace gramstack {
namespace {

template <class T>
void add_numbers(Sha256& hash, std::span<const T> numbers) {
  hash.add(fmt::format(" {}:", numbers.size()));
  hash.add(std::as_bytes(numbers));
}

void add(Sha256& hash, const Attribute& attribute) {
  std::visit(
      [&hash](const auto& value) {
        if constexpr (requires { value.size(); })
          add_numbers(hash, std::span(value));
        else
          add_numbers(hash, std::span(&value, 1));
      },
      attribute);
}

/// Unlike to_text() with every number.
void add(Sha256& hash, const Graph& graph) {
  hash.add(to_text(graph));
  for (const Node& node : graph.nodes())
    for (const auto& [name, attribute] : node.attributes.items()) {
      hash.add(name);
      add(hash, attribute);
    }
}

void add_libraries(Sha256& hash, const Network& network) {
  LibraryFiles libraries;
  libraries.add_core();
  libraries.add(network.pipeline->device);
  for (const std::string& file : libraries.files()) hash.add(sha256_of_file(file));
}

}  // namespace

std::string feature_key(const Network& network, const Graph& graph, const TensorMap& parameters,
                        const Examples& examples, const Views& views) {
  Sha256 hash;
  hash.add(fmt::format("gramstack features 1, {}, views {} {}\n", network.pipeline->device->describe(), views.mirror,
                       views.shift));
  add_libraries(hash, network);
  add(hash, graph);
  for (const Parameter& parameter : graph.parameters()) hash.add(parameters.at(parameter.name).bytes);
  const std::size_t image = static_cast<std::size_t>(network.format.bytes());
  for (std::int64_t i = 0; i < examples.size(); ++i) hash.add(std::as_bytes(std::span(examples.pixels(i), image)));
  return hash.finish();
}

}  // namespace gramstack
