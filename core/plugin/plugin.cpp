#include "plugin/plugin.h"

#include <fmt/format.h>

#include "api/error.h"
#include "plugin/descriptor.h"
#include "plugin/stamp.h"

namespace gramstack {

Plugin load_plugin(const std::filesystem::path& file) {
  const Library library(file);
  const gramstack_plugin& descriptor = read_descriptor(library);
  const std::vector<std::string> faults = descriptor_faults(descriptor);
  if (!faults.empty()) throw Error(ExitCode::plugin, fmt::format("{}", fmt::join(faults, "\n  ")));
  return {library, &descriptor};
}

}  // namespace gramstack
