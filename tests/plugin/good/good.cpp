#include "component.h"

using namespace gramstack;

namespace {

/// Shows its arguments through what it throws when it is asked for its check.
class Echo final : public test::Plain {
 public:
  explicit Echo(const Arguments& args) : Plain(args) {
    text_ = args.text("label") + " " + args.choice("reduce") + " " + std::to_string(args.integer("count"));
    for (const std::filesystem::path& folder : args.data_folders()) text_ += " " + folder.string();
  }
  void check(KernelRange) const override { throw Error(ExitCode::check, text_); }

 private:
  std::string text_;
};

constexpr gramstack_param kEcho[] = {
    text("label", "what it says first", "hello"),
    choice("reduce", "how a batch is reduced", "mean", "mean|sum|none"),
    integer("count", "how many", "3", 1, kOpen, "pieces"),
};

constexpr gramstack_class kClasses[] = {
    describe<Loss, test::Plain>("plain", "does nothing"),
    describe<Loss, Echo, kEcho>("echo", "says what it was given"),
};

}  // namespace

GRAMSTACK_PLUGIN("good", "0.1.0", kClasses, 0u)
