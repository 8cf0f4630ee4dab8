#include "store/module_file.h"

#include <fmt/core.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "api/error.h"
#include "store/files.h"
#include "store/safetensors.h"
#include "store/sha256.h"

namespace gramstack {
namespace {

constexpr const char* kFormat = "gramstack module 1";
using Metadata = std::map<std::string, std::string>;

/// Numbers and lists are stored as JSON text, NaN as null.
template <class T>
std::string json_text(const T& value) {
  return nlohmann::json(value).dump();
}

Metadata metadata_of(const ModuleFile& module) {
  return {{"format", kFormat},
          {"module", module.module},
          {"kind", module.hidden ? "hidden" : "output"},
          {"pipeline", module.pipeline},
          {"kernel", module.kernel},
          {"parents", json_text(module.parents)},
          {"data", module.data},
          {"input", json_text(module.input)},
          {"output", json_text(module.output)},
          {"value_name", module.value_name},
          {"training_value", json_text(module.training_value)},
          {"validation_value", json_text(module.validation_value)},
          {"epochs", json_text(module.epochs)},
          {"best_epoch", json_text(module.best_epoch)},
          {"mean", json_text(module.mean)},
          {"deviation", json_text(module.deviation)}};
}

/// Reads metadata entries; each fault names the file and the key.
class MetadataReader {
 public:
  MetadataReader(const Metadata& metadata, std::string file) : metadata_(metadata), file_(std::move(file)) {}

  const std::string& text(const char* key) const {
    const Metadata::const_iterator found = metadata_.find(key);
    if (found == metadata_.end())
      throw Error(ExitCode::file, fmt::format("module file {}: its metadata lack '{}'", file_, key));
    return found->second;
  }

  template <class T>
  T value(const char* key) const {
    try {
      return nlohmann::json::parse(text(key)).get<T>();
    } catch (const nlohmann::json::exception&) {
      throw Error(ExitCode::file, fmt::format("module file {}: its metadata '{}' is '{}'", file_, key, text(key)));
    }
  }

  double real(const char* key) const {
    return text(key) == "null" ? std::numeric_limits<double>::quiet_NaN() : value<double>(key);
  }

 private:
  const Metadata& metadata_;
  std::string file_;
};

ModuleFile module_of(TensorFile content, const std::string& file) {
  const MetadataReader read(content.metadata, file);
  if (read.text("format") != kFormat)
    throw Error(ExitCode::file, fmt::format("module file {}: its format is '{}', this version of Gramstack reads '{}'",
                                            file, read.text("format"), kFormat));
  ModuleFile module;
  module.module = read.text("module");
  module.hidden = read.text("kind") == "hidden";
  module.pipeline = read.text("pipeline");
  module.kernel = read.text("kernel");
  module.parents = read.value<std::vector<std::string>>("parents");
  module.data = read.text("data");
  module.input = read.value<Shape>("input");
  module.output = read.value<Shape>("output");
  module.value_name = read.text("value_name");
  module.training_value = read.real("training_value");
  module.validation_value = read.real("validation_value");
  module.epochs = read.value<std::int64_t>("epochs");
  module.best_epoch = read.value<std::int64_t>("best_epoch");
  module.mean = read.value<std::vector<double>>("mean");
  module.deviation = read.value<std::vector<double>>("deviation");
  module.tensors = std::move(content.tensors);
  return module;
}

}  // namespace

std::filesystem::path module_path(const std::filesystem::path& folder, const std::string& hash) {
  return folder / (hash + ".safetensors");
}

std::string short_hash(const std::string& hash) { return hash.substr(0, 12); }

std::string write_module_file(const std::filesystem::path& folder, const ModuleFile& module) {
  const std::vector<std::byte> bytes = to_safetensors({metadata_of(module), module.tensors});
  const std::string hash = sha256(bytes);
  write_atomically(module_path(folder, hash), bytes);
  return hash;
}

ModuleFile read_module_file(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  const std::string hash = sha256(bytes), name = file.stem().string();
  if (hash != name)
    throw Error(ExitCode::file,
                fmt::format("module file {}: its bytes hash to {}, its name says {}: it was changed or damaged",
                            file.string(), hash, name));
  return module_of_bytes(bytes, file.string());
}

ModuleFile module_of_bytes(std::span<const std::byte> bytes, const std::string& file) {
  return module_of(from_safetensors(bytes, "module file " + file), file);
}

ModuleFile read_module_header(const std::filesystem::path& file) {
  return module_of({read_safetensors_metadata(file, "module file " + file.string()), {}}, file.string());
}

void check_tensors(const TensorMap& tensors, const std::map<std::string, TensorType>& wanted, const std::string& file) {
  for (const auto& [name, type] : wanted) {
    const TensorMap::const_iterator found = tensors.find(name);
    if (found == tensors.end())
      throw Error(ExitCode::file,
                  fmt::format("{}: weight '{}' is missing, the pipeline wants {}", file, name, to_string(type)));
    const TensorType& got = found->second.type;
    if (got.type != type.type)
      throw Error(ExitCode::file, fmt::format("{}: weight '{}' is {}, the pipeline wants {}", file, name,
                                              to_string(got), to_string(type)));
    if (got.shape != type.shape)
      throw Error(ExitCode::file, fmt::format("{}: weight '{}' is {}, the pipeline wants {}", file, name,
                                              to_string(got.shape), to_string(type.shape)));
  }
  for (const auto& [name, tensor] : tensors)
    if (!wanted.contains(name))
      throw Error(ExitCode::file, fmt::format("{}: weight '{}' is unknown to the pipeline", file, name));
}

}  // namespace gramstack
