#include "component.h"

extern "C" __attribute__((visibility("default"))) constinit const gramstack_plugin GRAMSTACK_PLUGIN_SYMBOL{
    {"GRAMSTO", GRAMSTACK_ABI, sizeof(gramstack_plugin), GRAMSTACK_BUILD_ID},
    "magic",
    "0.1.0",
    gramstack::test::kPlain,
    1,
    0u};
