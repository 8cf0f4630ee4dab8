#include <fmt/core.h>

#include "build_id.h"
#include "command_line.h"

namespace gramstack::tool {

int print_version(Context& context) {
  if (context.options.json)
    print_json({{"version", GRAMSTACK_VERSION}, {"abi", GRAMSTACK_ABI}, {"build", GRAMSTACK_BUILD_ID}});
  else
    print(fmt::format("gramstack {}\nplugin ABI {}, {}\n", GRAMSTACK_VERSION, GRAMSTACK_ABI, GRAMSTACK_BUILD_ID));
  return 0;
}

void add_version(CommandLine& line) { line.add_verb("version", "Print the version and the build id.", print_version); }

}  // namespace gramstack::tool
