#include "component.h"

using namespace gramstack;

constexpr gramstack_class kClasses[] = {describe<Loss, test::Plain>("", "does nothing")};

GRAMSTACK_PLUGIN("empty_name", "0.1.0", kClasses, 0u)
