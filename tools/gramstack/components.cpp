#include "components.h"

#include <fmt/core.h>

#include "config/document.h"
#include "pipeline/typed.h"

namespace gramstack::tool {
namespace {

using config::Tree;

/// What an option holds, as a list of mappings with types; every fault of it is named after the option.
class OptionReader {
 public:
  OptionReader(const std::string& option, const std::string& text, const Registry& registry)
      : registry_(registry), option_(option), faults_(option, "") {
    const int source = faults_.add_source(option);
    Tree list = config::parse("[" + text + "]", source, faults_);
    faults_.throw_if_any();
    for (Tree& item : list.items) items_.push_back(item.kind == Tree::Kind::scalar ? mapping_of(item) : item);
    if (list.kind != Tree::Kind::sequence || items_.empty())
      throw Error(ExitCode::configuration, fmt::format("{}: names no component", option));
  }

  template <class Interface>
  std::vector<std::shared_ptr<Interface>> make_all(gramstack_kind kind) {
    std::vector<std::shared_ptr<Interface>> objects;
    for (const Tree& item : items_) {
      const std::optional<Typed> typed = read_typed(item, components(registry_, kind), {}, faults_);
      objects.push_back(make<Interface>(registry_, kind, typed, faults_));
    }
    faults_.throw_if_any();
    return objects;
  }

  template <class Interface>
  std::shared_ptr<Interface> make_one(gramstack_kind kind) {
    if (items_.size() > 1)
      throw Error(ExitCode::configuration,
                  fmt::format("{}: names {} components, one is wanted", option_, items_.size()));
    return make_all<Interface>(kind).front();
  }

  std::string name(std::size_t i) const {
    std::string type, parameters;
    for (const config::Entry& entry : items_[i].entries)
      if (entry.key == "type")
        type = entry.value.text;
      else
        parameters += (parameters.empty() ? "" : ", ") + entry.key + "=" + entry.value.text;
    return parameters.empty() ? type : fmt::format("{}({})", type, parameters);
  }

 private:
  static Tree mapping_of(const Tree& type) {
    Tree mapping;
    mapping.kind = Tree::Kind::mapping;
    mapping.place = type.place;
    mapping.entries.push_back({"type", type.place, type});
    return mapping;
  }

  const Registry& registry_;
  std::string option_;
  config::Faults faults_;
  std::vector<Tree> items_;
};

}  // namespace

std::shared_ptr<Kernel> named_kernel(const std::string& option, const std::string& text, const Registry& registry) {
  return OptionReader(option, text, registry).make_one<Kernel>(GRAMSTACK_KERNEL);
}

std::shared_ptr<Device> named_device(const std::string& option, const std::string& text, const Registry& registry) {
  return OptionReader(option, text, registry).make_one<Device>(GRAMSTACK_DEVICE);
}

std::vector<analysis::NamedLoss> named_losses(const std::string& option, const std::string& text,
                                              const Registry& registry) {
  OptionReader reader(option, text, registry);
  std::vector<analysis::NamedLoss> losses;
  for (std::shared_ptr<Loss>& loss : reader.make_all<Loss>(GRAMSTACK_LOSS)) {
    const std::string name = reader.name(losses.size());
    if (loss->supervision() != Supervision::pairs)
      throw Error(ExitCode::configuration,
                  fmt::format("{}: loss '{}' is one of output modules; a pairwise one is wanted", option, name));
    losses.push_back({name, std::move(loss)});
  }
  return losses;
}

}  // namespace gramstack::tool
