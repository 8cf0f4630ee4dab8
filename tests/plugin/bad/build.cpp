#include "component.h"

extern "C" __attribute__((visibility("default"))) constinit const gramstack_plugin GRAMSTACK_PLUGIN_SYMBOL{
    {GRAMSTACK_MAGIC, GRAMSTACK_ABI, sizeof(gramstack_plugin),
     "api=000000000000 compiler=gcc-3 c++=202002 cxx11abi=1 sanitizer=none"},
    "build",
    "0.1.0",
    gramstack::test::kPlain,
    1,
    0u};
