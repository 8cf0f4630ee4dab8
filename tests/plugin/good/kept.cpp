#include "component.h"

using namespace gramstack;

constexpr gramstack_class kClasses[] = {describe<Loss, test::Plain>("kept", "stays in memory")};

GRAMSTACK_PLUGIN("kept", "0.1.0", kClasses, GRAMSTACK_KEEP_LOADED)
