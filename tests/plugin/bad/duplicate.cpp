#include "component.h"

GRAMSTACK_PLUGIN("duplicate", "0.1.0", gramstack::test::kPlain, 0u)
