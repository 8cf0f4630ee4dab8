#include "training/manifest.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "api/error.h"
#include "build_id.h"
#include "store/sha256.h"
#include "training/libraries.h"

namespace gramstack {
namespace {

nlohmann::json plugins_of(const Pipeline& pipeline) {
  LibraryFiles libraries;
  libraries.add(pipeline.device);
  libraries.add(pipeline.data.dataset);
  for (const ModuleSpec& module : pipeline.stack) libraries.add_module(module);
  nlohmann::json plugins = nlohmann::json::array();
  for (const std::string& file : libraries.files())
    plugins.push_back({{"file", file}, {"sha256", sha256_of_file(file)}});
  return plugins;
}

void add_records(Sha256& hash, const Dataset& dataset, Split split) {
  const Records records = dataset.records(split);
  const std::size_t bytes = static_cast<std::size_t>(dataset.format().bytes());
  hash.add(fmt::format("{} images\n", records.size()));
  hash.add(std::as_bytes(records.labels));
  for (std::int64_t i = 0; i < records.size(); ++i) hash.add(std::as_bytes(std::span(records.image(i), bytes)));
}

}  // namespace

std::string fingerprint(const DataSpec& data) {
  const Dataset& dataset = *data.dataset;
  Sha256 hash;
  const ImageFormat format = dataset.format();
  hash.add(fmt::format("{}x{}x{}\n", format.channels, format.height, format.width));
  for (const std::string& name : dataset.classes()) hash.add(name + "\n");
  add_records(hash, dataset, Split::train);
  add_records(hash, dataset, Split::test);
  if (data.pairs) hash.add("pairs " + data.pairs->sha256 + "\n");
  return hash.finish();
}

std::string manifest(const Pipeline& pipeline, const RunIdentity& identity) {
  const Dataset& dataset = *pipeline.data.dataset;
  const nlohmann::json json{{"format", "gramstack run 1"},
                            {"version", GRAMSTACK_VERSION},
                            {"build", GRAMSTACK_BUILD_ID},
                            {"pipeline", pipeline.name},
                            {"end_to_end", identity.end_to_end},
                            {"seed", identity.seed},
                            {"device", identity.device},
                            {"feature_memory", identity.feature_memory},
                            {"data",
                             {{"fingerprint", identity.data},
                              {"classes", dataset.classes()},
                              {"train", dataset.records(Split::train).size()},
                              {"test", dataset.records(Split::test).size()}}},
                            {"plugins", plugins_of(pipeline)}};
  return json.dump(2) + "\n";
}

RunIdentity identity_of(const std::string& manifest, const std::string& file) {
  try {
    const nlohmann::json json = nlohmann::json::parse(manifest);
    RunIdentity identity;
    json.at("end_to_end").get_to(identity.end_to_end);
    json.at("seed").get_to(identity.seed);
    json.at("data").at("fingerprint").get_to(identity.data);
    json.at("device").get_to(identity.device);
    json.at("feature_memory").get_to(identity.feature_memory);
    return identity;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ExitCode::file, fmt::format("{}: it is damaged: {}", file, error.what()));
  }
}

}  // namespace gramstack
