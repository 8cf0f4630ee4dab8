#include "pipeline/class_subset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "config/quote.h"
#include "config/suggest.h"
#include "plugin/boundary.h"

namespace gramstack {
namespace {

using config::Entry;
using config::Tree;

class ClassSubset final : public Dataset {
 public:
  ClassSubset(const Dataset& whole, const std::vector<std::int32_t>& labels) : format_(whole.format()) {
    const std::vector<std::string> names = whole.classes();
    std::vector<std::int32_t> renamed(names.size(), -1);
    for (const std::int32_t label : labels) {
      renamed[static_cast<std::size_t>(label)] = static_cast<std::int32_t>(names_.size());
      names_.push_back(names[static_cast<std::size_t>(label)]);
    }
    for (const Split split : {Split::train, Split::test}) copy(whole.records(split), renamed, part(split));
  }

  ImageFormat format() const override { return format_; }
  std::vector<std::string> classes() const override { return names_; }
  Records records(Split split) const override {
    const Part& part = parts_[static_cast<std::size_t>(split)];
    return {part.pixels.data(), format_.bytes(), part.labels};
  }

 private:
  struct Part {
    std::vector<std::uint8_t> pixels;
    std::vector<std::int32_t> labels;
  };

  Part& part(Split split) { return parts_[static_cast<std::size_t>(split)]; }

  void copy(const Records& records, const std::vector<std::int32_t>& renamed, Part& part) const {
    for (std::int64_t i = 0; i < records.size(); ++i) {
      const std::int32_t label = records.labels[static_cast<std::size_t>(i)];
      if (label < 0 || static_cast<std::size_t>(label) >= renamed.size())
        throw Error(ExitCode::data, fmt::format("labels an image {}, but has {} classes", label, renamed.size()));
      if (renamed[static_cast<std::size_t>(label)] < 0) continue;
      part.labels.push_back(renamed[static_cast<std::size_t>(label)]);
      part.pixels.insert(part.pixels.end(), records.image(i), records.image(i) + format_.bytes());
    }
  }

  ImageFormat format_;
  std::vector<std::string> names_;
  std::array<Part, 2> parts_;
};

constexpr std::size_t kShownNames = 20;

std::string known_classes(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShownNames); ++i)
    text += (i > 0 ? ", " : "") + printable(names[i], 80);
  return names.size() > kShownNames ? fmt::format("{}, ... ({} in all)", text, names.size()) : text;
}

/// The class of that name, else the one of that label; -1: there is none.
std::int32_t find_class(const std::string& text, const std::vector<std::string>& names) {
  const std::vector<std::string>::const_iterator found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::int32_t>(found - names.begin());
  std::int32_t label = -1;
  const char* const end = text.data() + text.size();
  const std::from_chars_result read = std::from_chars(text.data(), end, label);
  const bool known = read.ec == std::errc() && read.ptr == end && label >= 0;
  return known && label < static_cast<std::int32_t>(names.size()) ? label : -1;
}

/// The labels that the list names; faults are added for all that it should not hold.
std::vector<std::int32_t> read_labels(const Tree& list, const std::vector<std::string>& names, const Reader& reader) {
  std::vector<std::int32_t> labels;
  for (const Tree& item : list.items) {
    if (item.kind == Tree::Kind::invalid) continue;
    const std::int32_t label = item.kind == Tree::Kind::scalar ? find_class(item.text, names) : -1;
    if (item.kind != Tree::Kind::scalar)
      reader.faults.add(item.place,
                        fmt::format("'classes' expects names or labels of classes, got {}", describe(item)));
    else if (label < 0)
      reader.faults.add(item.place, fmt::format("'classes': there is no class {}{} (it has {})", quote(item.text),
                                                did_you_mean(item.text, names), known_classes(names)));
    else if (std::find(labels.begin(), labels.end(), label) != labels.end())
      reader.faults.add(item.place, fmt::format("'classes' has class '{}' a second time; keep one",
                                                printable(names[static_cast<std::size_t>(label)], 80)));
    else
      labels.push_back(label);
  }
  return labels;
}

/// Whether the value is a list of two or more.
bool check_list(const Tree& list, const Reader& reader) {
  if (list.kind == Tree::Kind::invalid) return false;
  if (list.kind == Tree::Kind::sequence && list.items.size() >= 2) return true;
  const std::string got =
      list.kind == Tree::Kind::sequence ? fmt::format("a list of {}", list.items.size()) : describe(list);
  reader.faults.add(list.place,
                    fmt::format("'classes' expects a list of at least two classes such as [cat, dog], got {}", got));
  return false;
}

/// Null after a fault.
std::shared_ptr<Dataset> read_subset(const Tree& list, const DataPart& part, const Reader& reader) {
  const std::size_t before = reader.faults.size();
  try {
    return across(part.typed->owner.name, [&]() -> std::shared_ptr<Dataset> {
      const Dataset& whole = *part.spec.dataset;
      const std::vector<std::int32_t> labels = read_labels(list, whole.classes(), reader);
      return reader.faults.size() == before ? class_subset(whole, labels) : nullptr;
    });
  } catch (const Error&) {
    blame(*part.typed, reader.faults);
    return nullptr;
  }
}

}  // namespace

std::shared_ptr<Dataset> class_subset(const Dataset& whole, const std::vector<std::int32_t>& labels) {
  return std::make_shared<ClassSubset>(whole, labels);
}

void read_classes(const Tree& node, DataPart& part, const Reader& reader) {
  const Entry* entry = node.find("classes");
  if (!entry) return;
  part.resolved.entries.push_back(*entry);
  const bool usable = check_list(entry->value, reader) && part.spec.dataset;
  part.spec.dataset = usable ? read_subset(entry->value, part, reader) : nullptr;
}

}  // namespace gramstack
