// A resolved tree as a YAML text that loads to the same values.
#pragma once

#include <string>

#include "config/document.h"

namespace gramstack {

enum class Origins {
  hidden,
  shown,  ///< a comment after each value: "# given", "# default", "# --set"
};

std::string render(const config::Tree& mapping, Origins origins);

}  // namespace gramstack
