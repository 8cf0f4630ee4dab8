#include "component.h"

extern "C" __attribute__((visibility("default"))) constinit const gramstack_plugin GRAMSTACK_PLUGIN_SYMBOL{
    {GRAMSTACK_MAGIC, 7u, sizeof(gramstack_plugin), GRAMSTACK_BUILD_ID},
    "abi",
    "0.1.0",
    gramstack::test::kPlain,
    1,
    0u};
