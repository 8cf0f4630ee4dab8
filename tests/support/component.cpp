#include "support/component.h"

#include <cstdlib>
#include <stdexcept>

namespace gramstack::test {
namespace {

StoredValue value_of(const gramstack_param& param, const Settings& settings) {
  const Settings::const_iterator setting = settings.find(param.name);
  if (setting == settings.end() && !param.fallback)
    throw std::invalid_argument(std::string("parameter '") + param.name + "' is required");
  StoredValue value;
  const std::optional<ValueFault> fault =
      parse_value(param, setting == settings.end() ? param.fallback : setting->second, value);
  if (fault) throw std::invalid_argument(std::string("parameter '") + param.name + "' " + fault->text);
  return value;
}

void check_names(const ComponentInfo& info, const Settings& settings) {
  for (const auto& [name, text] : settings) {
    bool known = false;
    for (const gramstack_param& param : info.params) known = known || param.name == name;
    if (!known) throw std::invalid_argument("'" + info.name + "' has no parameter '" + name + "'");
  }
}

}  // namespace

const Registry& plugins() {
  const char* folder = std::getenv("GRAMSTACK_TEST_PLUGINS");  // of a program that is not in the build tree
  static const Registry registry(SearchPaths{{folder ? folder : GRAMSTACK_TEST_PLUGINS}, {}});
  return registry;
}

std::vector<StoredValue> values_of(const ComponentInfo& info, const Settings& settings) {
  check_names(info, settings);
  std::vector<StoredValue> values;
  for (const gramstack_param& param : info.params) values.push_back(value_of(param, settings));
  return values;
}

const ComponentInfo& component_info(gramstack_kind kind, const std::string& name) {
  const ComponentInfo* info = plugins().find(kind, name);
  if (!info) throw std::invalid_argument(std::string("no ") + name_of(kind) + " '" + name + "' in the build tree");
  return *info;
}

}  // namespace gramstack::test
