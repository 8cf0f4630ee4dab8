#include "component.h"

extern "C" __attribute__((visibility("default"))) constinit const gramstack_stamp gramstack_plugin_v2{
    GRAMSTACK_MAGIC, 2u, 400u, GRAMSTACK_BUILD_ID};
