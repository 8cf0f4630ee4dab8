
#include "component.h"

namespace {

struct Defect {
  Defect() { throw 42; }
} defect;

}  // namespace

GRAMSTACK_PLUGIN("throws_int", "0.1.0", gramstack::test::kPlain, 0u)
