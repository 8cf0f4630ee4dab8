#include "component.h"

#include <stdexcept>

namespace {

struct Defect {
  Defect() { throw std::runtime_error("no such table"); }
} defect;

}  // namespace

GRAMSTACK_PLUGIN("throws", "0.1.0", gramstack::test::kPlain, 0u)
