// Where a data set lies: the parameters `name` (looked for in the data folders) and `path` of a dataset plugin.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "api/author.h"

namespace gramstack {

/// `path` when it is given, else the first of `names` (when `name` is empty) or `name` itself that a data folder holds.
/// Throws BadParameter for a bad pair of them, Error(data) listing the folders searched.
std::filesystem::path locate(const Arguments& args, const std::vector<std::string>& names = {});

/// "a, b and c"
std::string listed(const std::vector<std::string>& items);

}  // namespace gramstack
