#include "component.h"

extern "C" void gramstack_test_missing();

namespace {

class Needy final : public gramstack::test::Plain {
 public:
  explicit Needy(const gramstack::Arguments& args) : Plain(args) { gramstack_test_missing(); }
};

constexpr gramstack_class kClasses[] = {
    gramstack::describe<gramstack::Loss, Needy>("needy", "calls what is not there")};

}  // namespace

GRAMSTACK_PLUGIN("undefined", "0.1.0", kClasses, 0u)
