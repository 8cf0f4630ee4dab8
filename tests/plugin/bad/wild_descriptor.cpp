#include "component.h"

namespace {

const gramstack_class* nowhere() { return reinterpret_cast<const gramstack_class*>(std::uintptr_t{8}); }

}  // namespace

// More components than there are, at an address that is none.
extern "C" __attribute__((visibility("default"))) const gramstack_plugin GRAMSTACK_PLUGIN_SYMBOL{
    {GRAMSTACK_MAGIC, GRAMSTACK_ABI, sizeof(gramstack_plugin), GRAMSTACK_BUILD_ID},
    "wild_descriptor",
    "0.1.0",
    nowhere(),
    1000,
    0u};
