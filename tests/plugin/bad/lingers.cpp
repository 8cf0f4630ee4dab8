#include "component.h"

#include <unistd.h>

namespace {

struct Defect {
  // A process of its own that outlives it, with all its descriptors.
  Defect() {
    if (fork() == 0)
      for (;;) pause();
  }
} defect;

}  // namespace

GRAMSTACK_PLUGIN("lingers", "0.1.0", gramstack::test::kPlain, 0u)
