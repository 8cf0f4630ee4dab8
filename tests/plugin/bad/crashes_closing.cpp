#include "component.h"

#include <csignal>

namespace {

struct Defect {
  ~Defect() { std::raise(SIGSEGV); }
} defect;

}  // namespace

GRAMSTACK_PLUGIN("crashes_closing", "0.1.0", gramstack::test::kPlain, 0u)
