#include "component.h"

#include <cstdlib>

namespace {

struct Defect {
  Defect() { std::exit(0); }
} defect;

}  // namespace

GRAMSTACK_PLUGIN("exits", "0.1.0", gramstack::test::kPlain, 0u)
