#include "component.h"

#include <unistd.h>

namespace {

struct Defect {
  // Far more than a pipe holds, to both standard streams, and then an end without a word about itself.
  Defect() {
    const std::string line(1023, 'x');
    for (int i = 0; i < 4096; ++i)
      for (int stream : {1, 2})
        if (write(stream, (line + "\n").data(), 1024) < 0) continue;
    _exit(7);
  }
} defect;

}  // namespace

GRAMSTACK_PLUGIN("chatters", "0.1.0", gramstack::test::kPlain, 0u)
