#include "component.h"

#include <unistd.h>

namespace {

struct Defect {
  Defect() {
    for (;;) pause();
  }
} defect;

}  // namespace

GRAMSTACK_PLUGIN("hangs", "0.1.0", gramstack::test::kPlain, 0u)
