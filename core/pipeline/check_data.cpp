#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "pipeline/checks.h"
#include "plugin/boundary.h"

namespace gramstack {
namespace {

/// Images of each class for training and those of them that are held out.
struct ClassCounts {
  std::vector<std::string> names;
  std::vector<std::int64_t> all, kept;

  std::int64_t classes() const { return static_cast<std::int64_t>(names.size()); }
  std::int64_t total() const { return std::accumulate(all.begin(), all.end(), std::int64_t{0}); }
  /// The class of which the fewest are kept.
  std::size_t smallest() const {
    return static_cast<std::size_t>(std::min_element(kept.begin(), kept.end()) - kept.begin());
  }
};

std::string images(std::int64_t count) { return fmt::format("{} image{}", count, count == 1 ? "" : "s"); }

/// Of each class the same number is held out; of the remainder, one more of each of the first classes.
void hold_out(ClassCounts& counts, std::int64_t validation) {
  counts.kept = counts.all;
  for (std::int64_t c = 0; c < counts.classes(); ++c) {
    const std::int64_t one_more = c < validation % counts.classes() ? 1 : 0;
    counts.kept[static_cast<std::size_t>(c)] -= validation / counts.classes() + one_more;
  }
}

/// What the data set holds; nothing after a fault.
std::optional<ClassCounts> count_classes(const Dataset& dataset, std::int64_t validation, const config::Owner& owner,
                                         config::Faults& faults) {
  ClassCounts counts;
  counts.names = dataset.classes();
  counts.all.resize(counts.names.size());
  const Records records = dataset.records(Split::train);
  for (const std::int32_t label : records.labels) {
    if (label < 0 || label >= counts.classes()) {
      faults.add(owner.place,
                 fmt::format("{} labels an image {}, but has {} classes", owner.name, label, counts.classes()),
                 ExitCode::data);
      return {};
    }
    ++counts.all[static_cast<std::size_t>(label)];
  }
  if (counts.total() == 0) {
    faults.add(owner.place, owner.name + " has no training images", ExitCode::data);
    return {};
  }
  hold_out(counts, validation);
  return counts;
}

class DataCheck {
 public:
  DataCheck(const DataPart& data, const ClassCounts& counts, config::Faults& faults)
      : data_(data), counts_(counts), faults_(faults) {}

  /// Whether something is left to train on.
  bool validation() {
    const config::Place place = data_.typed->beside.place("validation");
    const std::int64_t held_out = data_.spec.validation;
    if (held_out >= counts_.total()) {
      faults_.add(place,
                  fmt::format("'validation' is {}, must be below the {} training images", held_out, counts_.total()));
      return false;
    }
    const std::size_t c = counts_.smallest();
    if (held_out == 0 || counts_.kept[c] > 0 || data_.spec.pairs) return true;
    faults_.add(place, fmt::format("'validation' holds out {} of class '{}', which has {} for training; hold out fewer",
                                   images(counts_.all[c] - counts_.kept[c]), counts_.names[c], images(counts_.all[c])));
    return false;
  }

  void channels(const char* key, const std::vector<double>& values) {
    const std::int64_t channels = data_.spec.dataset->format().channels;
    if (values.empty() || static_cast<std::int64_t>(values.size()) == channels) return;
    faults_.add(data_.typed->beside.place(key),
                fmt::format("'{}' has {} value{}; the images have {} channel{}", key, values.size(),
                            values.size() == 1 ? "" : "s", channels, channels == 1 ? "" : "s"));
  }

  void crop() {
    const ImageFormat format = data_.spec.dataset->format();
    const std::int64_t padding = data_.spec.augment.crop_padding;
    if (padding < std::min(format.height, format.width) || padding == 0) return;
    faults_.add(data_.padding, fmt::format("'padding' is {}, must be below the images' size {} x {}", padding,
                                           format.height, format.width));
  }

  void labels(const ModulePart& part) {
    const std::optional<std::int64_t> per_class = part.spec.labels_per_class;
    const std::size_t c = counts_.smallest();
    if (!per_class || *per_class <= counts_.kept[c]) return;
    faults_.add(part.per_class, fmt::format("'per_class' is {}, but class '{}' has {} for training", *per_class,
                                            counts_.names[c], images(counts_.kept[c])));
  }

  /// What is typical or similar is seen in the features of a module below.
  void choice(const ModulePart& first) {
    const auto no_features = [&](const config::Place& place, const char* purpose) {
      faults_.add(place, fmt::format("{} is the first module: there are no features by which images could be {}",
                                     first.owner.name, purpose));
    };
    if (first.spec.typical_labels) no_features(first.choose, "typical; use random");
    if (first.spec.spread_labels) no_features(first.spread, "similar; leave 'spread' out");
  }

  /// Every class needs a positive pair, in the training set and in a batch.
  void pairs(const ModulePart& part) {
    if (data_.spec.pairs) return known_pairs(part);
    const std::size_t c = counts_.smallest();
    if (counts_.kept[c] < 2)
      faults_.add(part.owner.place,
                  fmt::format("{} learns from pairs, but class '{}' has {} for training: no positive pair",
                              part.owner.name, counts_.names[c], images(counts_.kept[c])));
    if (part.spec.labels_per_class == 1)
      faults_.add(part.per_class,
                  fmt::format("{} learns from pairs, and 1 image of each class makes no positive pair; use at least 2",
                              part.owner.name));
    if (part.spec.batch > counts_.classes()) return;
    faults_.add(
        part.batch,
        fmt::format("a batch of {} holds at most one image of each of {} classes: no positive pair; use at least {}",
                    part.spec.batch, counts_.classes(), counts_.classes() + 1));
  }

  /// While hidden modules learn from known pairs no label is read.
  void labels_beside_pairs(const ModulePart& part) {
    if (!data_.spec.pairs || !part.spec.kernel) return;
    for (std::size_t i = 0; i < part.losses.size(); ++i) {
      const Loss* loss = part.spec.losses[i].loss.get();
      const config::Owner& owner = part.losses[i].owner;
      if (loss && loss->supervision() == Supervision::labels)
        faults_.add(owner.place,
                    fmt::format("{} needs labels, but hidden modules learn from the pairs of 'data' alone; "
                                "use a pairwise loss, or leave 'pairs' out",
                                owner.name));
    }
  }

  void known_pairs(const ModulePart& part) {
    if (part.spec.labels_per_class)
      faults_.add(part.per_class, fmt::format("{} learns from the pairs of 'data', without labels; leave 'labels' out",
                                              part.owner.name));
    if (part.spec.batch < 3)
      faults_.add(part.batch, fmt::format("a batch of {} has no room for an image, one of its class and one of "
                                          "another; use at least 3",
                                          part.spec.batch));
  }

 private:
  const DataPart& data_;
  const ClassCounts& counts_;
  config::Faults& faults_;
};

bool is_pairwise(const ModulePart& part) {
  return std::any_of(part.spec.losses.begin(), part.spec.losses.end(),
                     [](const LossTerm& term) { return term.loss && term.loss->supervision() == Supervision::pairs; });
}

bool check(const DataPart& data, const std::vector<ModulePart>& stack, config::Faults& faults) {
  const std::optional<ClassCounts> counts =
      count_classes(*data.spec.dataset, data.spec.validation, data.typed->owner, faults);
  if (!counts) return false;
  DataCheck check(data, *counts, faults);
  check.channels("mean", data.spec.mean);
  check.channels("deviation", data.spec.deviation);
  check.crop();
  if (!check.validation()) return true;
  if (!stack.empty()) check.choice(stack.front());
  for (const ModulePart& part : stack) {
    if (part.is_given) continue;
    check.labels(part);
    if (is_pairwise(part)) check.pairs(part);
    check.labels_beside_pairs(part);
  }
  return true;
}

}  // namespace

bool check_data(const DataPart& data, const std::vector<ModulePart>& stack, config::Faults& faults) {
  try {
    return across(data.typed->owner.name, [&] { return check(data, stack, faults); });
  } catch (const Error&) {
    blame(*data.typed, faults);
    return false;
  }
}

}  // namespace gramstack
