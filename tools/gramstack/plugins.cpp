#include "command_line.h"
#include "plugin/help.h"

namespace gramstack::tool {
namespace {

int act(Context& context) {
  const Registry& registry = context.registry();
  print(context.options.json ? components_json(registry.components()) : components_text(registry.components()));
  for (const std::filesystem::path& folder : registry.paths().plugins) note(context, "searched: " + folder.string());
  return 0;
}

}  // namespace

void add_plugins(CommandLine& line) { line.add_verb("plugins", "List the components of all plugins found.", act); }

}  // namespace gramstack::tool
