// A small step with a normalisation, for tests of compilers' passes.
#pragma once

#include "api/graph.h"

namespace gramstack::test {

/// y = relu(norm(conv(x)) [+ x]) and a step against the sum of y's squares. f32, x [2,8,4,4].
Graph residual_step(bool add = true);

}  // namespace gramstack::test
