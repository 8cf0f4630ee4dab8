#include "pipeline/roles.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "plugin/boundary.h"

namespace gramstack {
namespace {

/// The losses of one kind of supervision, for messages: of those that can be made with their defaults.
std::string losses_of(Supervision supervision, const Registry& registry) {
  std::vector<std::string> names;
  for (const ComponentInfo& info : registry.components()) {
    if (info.kind != GRAMSTACK_LOSS) continue;
    const std::shared_ptr<Loss> loss = make_default<Loss>(registry, info);
    if (loss && loss->supervision() == supervision) names.push_back(info.name);
  }
  return names.empty() ? "of which no plugin gives one" : fmt::format("{}", fmt::join(names, ", "));
}

void check_supervision(const ModulePart& part, Supervision wanted, const Reader& reader) {
  for (std::size_t i = 0; i < part.losses.size(); ++i) {
    const Loss* loss = part.spec.losses[i].loss.get();
    if (!loss || loss->supervision() == wanted) continue;
    const config::Owner& owner = part.losses[i].owner;
    const char* cure =
        wanted == Supervision::pairs
            ? "needs labels, for which a hidden module needs a 'head'; without one it takes pairwise losses"
            : "is pairwise and needs a kernel; the output module takes losses from labels";
    reader.faults.add(owner.place, fmt::format("{} {}: {}", owner.name, cure, losses_of(wanted, reader.registry)));
  }
}

void check_range(const ModulePart& part, const Reader& reader) {
  if (!part.spec.kernel) return;
  for (std::size_t i = 0; i < part.losses.size(); ++i) {
    const Loss* loss = part.spec.losses[i].loss.get();
    if (!loss || loss->supervision() != Supervision::pairs) continue;
    try {
      const KernelRange range = across(part.kernel->owner.name, [&] { return part.spec.kernel->range(); });
      across(part.losses[i].owner.name, [&] { loss->check(range); });
    } catch (const Error&) {
      blame(part.losses[i], reader.faults);
    }
  }
}

void check_hidden(const ModulePart& part, const Reader& reader) {
  if (!part.has_kernel)
    reader.faults.add(part.owner.place, fmt::format("{} is hidden and needs a kernel: one of {}", part.owner.name,
                                                    fmt::join(reader.registry.names(GRAMSTACK_KERNEL), ", ")));
  if (!part.has_head) check_supervision(part, Supervision::pairs, reader);
  check_range(part, reader);
}

void check_output(const ModulePart& part, const Reader& reader) {
  if (part.has_kernel)
    reader.faults.add(
        part.kernel_key,
        fmt::format("{} is the last one, the output module, and takes no kernel; leave it out", part.owner.name));
  if (part.has_head)
    reader.faults.add(part.head_key,
                      fmt::format("{} is the last one, the output module, and takes no head: it gives the "
                                  "scores itself; leave it out",
                                  part.owner.name));
  check_supervision(part, Supervision::labels, reader);
}

}  // namespace

bool learns_labels(const ModuleSpec& module) {
  return std::any_of(module.losses.begin(), module.losses.end(),
                     [](const LossTerm& term) { return term.loss && term.loss->supervision() == Supervision::labels; });
}

void check_roles(const std::vector<ModulePart>& stack, const Reader& reader) {
  for (std::size_t i = 0; i + 1 < stack.size(); ++i)
    if (!stack[i].is_given) check_hidden(stack[i], reader);
  if (!stack.empty() && !stack.back().is_given) check_output(stack.back(), reader);
}

}  // namespace gramstack
