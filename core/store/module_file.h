// A frozen module as a file: its weights and states, and where they come from. The file is named by the SHA-256 of its
// bytes, so that a name is a proof of content.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "store/tensors.h"

namespace gramstack {

struct ModuleFile {
  std::string module;                               ///< its name in the pipeline that it was trained in
  bool hidden = true;                               ///< hidden: gives pre-activations; otherwise scores
  std::string pipeline;                             ///< its part of the pipeline file with every default, as YAML
  std::string kernel;                               ///< its kernel, as YAML; "" for an output module
  std::vector<std::string> parents;                 ///< hashes of the modules below, the lowest first
  std::string data;                                 ///< fingerprint of the data set
  Shape input, output;                              ///< of one image: what it is given, and what it returns
  std::string value_name;                           ///< "objective" or "loss"
  double training_value = 0, validation_value = 0;  ///< NaN: not known
  std::int64_t epochs = 0, best_epoch = 0;
  std::vector<double> mean, deviation;  ///< of the images, per channel: first module of a stack only
  TensorMap tensors;                    ///< by their names within the module: "conv1/weight"
};

/// A module file that was read and found to be what its hash says.
struct StoredSource {
  std::string hash;
  std::filesystem::path file;
  ModuleFile module;
};

std::string short_hash(const std::string& hash);  ///< as people are shown it: its first 12 digits

/// Writes `module` into `folder` and returns its hash.
std::string write_module_file(const std::filesystem::path& folder, const ModuleFile& module);

std::filesystem::path module_path(const std::filesystem::path& folder, const std::string& hash);

/// Throws Error(file) naming the file: unreadable, damaged, or its bytes do not hash to its name.
ModuleFile read_module_file(const std::filesystem::path& file);

/// The same of a file under any name: `bytes` are what it holds. Throws Error(file) naming `file`.
ModuleFile module_of_bytes(std::span<const std::byte> bytes, const std::string& file);

/// All but the tensors, which are not looked at. Throws Error(file) naming the file.
ModuleFile read_module_header(const std::filesystem::path& file);

/// Throws Error(file) naming `file` and the first tensor that is missing, unknown, or of another type than wanted.
void check_tensors(const TensorMap& tensors, const std::map<std::string, TensorType>& wanted, const std::string& file);

}  // namespace gramstack
