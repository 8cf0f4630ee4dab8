#include <new>
#include <stdexcept>

#include "component.h"

using namespace gramstack;

namespace {

struct Standard final : test::Plain {
  explicit Standard(const Arguments& args) : Plain(args) { throw std::runtime_error("the table is empty"); }
};
struct Foreign final : test::Plain {
  explicit Foreign(const Arguments& args) : Plain(args) { throw 42; }
};
struct Blames final : test::Plain {
  explicit Blames(const Arguments& args) : Plain(args) { throw BadParameter("delta", "must be above zero"); }
};
struct BlamesUnknown final : test::Plain {
  explicit BlamesUnknown(const Arguments& args) : Plain(args) { throw BadParameter("gamma", "must be above zero"); }
};
struct NoData final : test::Plain {
  explicit NoData(const Arguments& args) : Plain(args) { throw Error(ExitCode::data, "no images in /nowhere"); }
};
struct NoMemory final : test::Plain {
  explicit NoMemory(const Arguments& args) : Plain(args) { throw std::bad_alloc(); }
};
struct AsksUnknown final : test::Plain {
  explicit AsksUnknown(const Arguments& args) : Plain(args) { args.real("gamma"); }
};
struct AsksType final : test::Plain {
  explicit AsksType(const Arguments& args) : Plain(args) { args.integer("delta"); }
};
struct LongText final : test::Plain {
  explicit LongText(const Arguments& args) : Plain(args) { throw std::runtime_error(std::string(5000, 'y')); }
};
struct ThrowsLater final : test::Plain {
  using Plain::Plain;
  struct Own : std::exception {
    const char* what() const noexcept override { return "out of luck"; }
  };
  void check(KernelRange) const override { throw Own(); }
};

constexpr gramstack_param kParams[] = {real("alpha", "unused", "1"), real("delta", "where the parabola ends", "1")};

void end(void* object) { delete static_cast<Loss*>(object); }
int escapes(const gramstack_host*, const gramstack_value*, void**, gramstack_error*) {
  throw std::runtime_error("escaped");
}
int makes_nothing(const gramstack_host*, const gramstack_value*, void**, gramstack_error*) { return 0; }
int silent(const gramstack_host*, const gramstack_value*, void**, gramstack_error*) { return 1; }

constexpr gramstack_class by_hand(const char* name, decltype(gramstack_class::create) create) {
  return {GRAMSTACK_LOSS, name, "made by hand", nullptr, 0, create, end};
}

constexpr gramstack_class kClasses[] = {
    describe<Loss, Standard>("standard", "throws a std::exception"),
    describe<Loss, Foreign>("foreign", "throws an int"),
    describe<Loss, Blames, kParams>("blames", "blames a parameter"),
    describe<Loss, BlamesUnknown, kParams>("blames-unknown", "blames a parameter of another"),
    describe<Loss, NoData>("no-data", "throws an Error with a code"),
    describe<Loss, NoMemory>("no-memory", "throws std::bad_alloc"),
    describe<Loss, AsksUnknown, kParams>("asks-unknown", "asks for a parameter of another"),
    describe<Loss, AsksType, kParams>("asks-type", "asks for a parameter as another type"),
    describe<Loss, LongText>("long-text", "throws more text than an error holds"),
    describe<Loss, ThrowsLater>("throws-later", "throws an exception of its own from a method"),
    by_hand("escapes", escapes),
    by_hand("makes-nothing", makes_nothing),
    by_hand("silent", silent),
};

}  // namespace

GRAMSTACK_PLUGIN("throwing", "0.1.0", kClasses, 0u)
