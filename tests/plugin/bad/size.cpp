#include "component.h"

extern "C" __attribute__((visibility("default"))) constinit const gramstack_plugin GRAMSTACK_PLUGIN_SYMBOL{
    {GRAMSTACK_MAGIC, GRAMSTACK_ABI, sizeof(gramstack_plugin) + 8u, GRAMSTACK_BUILD_ID},
    "size",
    "0.1.0",
    gramstack::test::kPlain,
    1,
    0u};
