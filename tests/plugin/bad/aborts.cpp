#include <cstdio>
#include <cstdlib>

#include "component.h"

namespace {

struct Defect {
  Defect() {
    std::fputs("cannot\n\tgo  on\n", stderr);
    std::abort();
  }
} defect;

}  // namespace

GRAMSTACK_PLUGIN("aborts", "0.1.0", gramstack::test::kPlain, 0u)
