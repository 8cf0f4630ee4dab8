#include "component.h"

using namespace gramstack;

constexpr gramstack_param kParams[] = {real("delta", "where the parabola ends", "-1", 0.0, kOpen),
                                       choice("reduce", "how a batch is reduced", "means", "mean|sum")};
constexpr gramstack_class kClasses[] = {describe<Loss, test::Plain, kParams>("huber", "quadratic near zero")};

GRAMSTACK_PLUGIN("bad_default", "0.1.0", kClasses, 0u)
