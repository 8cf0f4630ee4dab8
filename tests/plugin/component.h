// A component for the libraries of the host's tests.
#pragma once

#include "api/author.h"

namespace gramstack::test {

/// A loss that does nothing; the tests are about how it is made and ended.
class Plain : public Loss {
 public:
  explicit Plain(const Arguments&) {}
  Supervision supervision() const override { return Supervision::labels; }
  Value emit(Builder&, const LossInput& input) const override { return input.prediction; }
};

/// The one class of a plugin whose defect lies elsewhere.
constexpr gramstack_class kPlain[] = {describe<Loss, Plain>("plain", "does nothing")};

}  // namespace gramstack::test
