// CIFAR-10 and CIFAR-100 in their binary version, from a folder or from the official archive.
#include <fmt/format.h>

#include "api/author.h"
#include "files/locate.h"
#include "source.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    integer("variant", "10: CIFAR-10, 100: CIFAR-100 with its fine labels", "10", 10, 100, "classes"),
    text("name", "folder or archive of the data set within a data folder; empty: the official names", ""),
    path("path", "folder or archive of the data set, instead of name", ""),
};

struct Part {
  Bytes bytes;
  std::vector<std::int32_t> labels;
};

void check_size(const std::string& file, std::size_t size, std::size_t record) {
  if (size == 0) throw Error(ExitCode::data, fmt::format("{}: the file is empty", file));
  if (size % record != 0)
    throw Error(ExitCode::data, fmt::format("{}: holds {} bytes, which is not a multiple of the {} bytes of a record",
                                            file, size, record));
}

void append_labels(const std::string& file, std::span<const std::uint8_t> bytes, const CifarLayout& layout,
                   std::vector<std::int32_t>& labels) {
  const std::size_t record = static_cast<std::size_t>(layout.record());
  check_size(file, bytes.size(), record);
  for (std::size_t i = 0; i < bytes.size() / record; ++i) {
    const std::int32_t label = bytes[i * record + static_cast<std::size_t>(layout.label_bytes) - 1];
    if (label >= layout.classes)
      throw Error(ExitCode::data, fmt::format("{}: label {} of record {} is outside 0..{} of {} classes", file, label,
                                              i, layout.classes - 1, layout.classes));
    labels.push_back(label);
  }
}

/// One file stays as it is (mapped or in memory); several are joined in memory.
Part read_part(CifarFiles& source, const std::vector<std::string>& names, const CifarLayout& layout) {
  Part part;
  for (const std::string& name : names)
    append_labels(source.described(name), source.files[name].view(), layout, part.labels);
  if (names.size() == 1) {
    part.bytes = std::move(source.files[names.front()]);
    return part;
  }
  std::vector<std::uint8_t> joined;
  joined.reserve(part.labels.size() * static_cast<std::size_t>(layout.record()));
  for (const std::string& name : names) {
    const Bytes file = std::move(source.files[name]);
    joined.insert(joined.end(), file.view().begin(), file.view().end());
  }
  part.bytes = Bytes(std::move(joined));
  return part;
}

/// Lines that are not blank.
std::vector<std::string> lines_of(std::span<const std::uint8_t> bytes) {
  std::vector<std::string> lines(1);
  for (const std::uint8_t byte : bytes) {
    if (byte == '\n' && !lines.back().empty())
      lines.emplace_back();
    else if (byte != '\n' && byte != '\r')
      lines.back().push_back(static_cast<char>(byte));
  }
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<std::string> class_names(const CifarFiles& source, const CifarLayout& layout) {
  std::vector<std::string> names;
  const std::map<std::string, Bytes>::const_iterator file = source.files.find(layout.names);
  if (file == source.files.end()) {
    for (std::int64_t i = 0; i < layout.classes; ++i) names.push_back(std::to_string(i));
    return names;
  }
  names = lines_of(file->second.view());
  if (names.size() != static_cast<std::size_t>(layout.classes))
    throw Error(ExitCode::data, fmt::format("{}: holds {} class names, expected {}", source.described(layout.names),
                                            names.size(), layout.classes));
  return names;
}

class Cifar final : public Dataset {
 public:
  explicit Cifar(const Arguments& args) : layout_(cifar_layout(args.integer("variant"))) {
    CifarFiles source = read_cifar(locate(args, {layout_.folder, layout_.archive}), layout_);
    names_ = class_names(source, layout_);
    train_ = read_part(source, layout_.train, layout_);
    test_ = read_part(source, layout_.test, layout_);
  }

  ImageFormat format() const override { return {3, 32, 32}; }

  std::vector<std::string> classes() const override { return names_; }

  Records records(Split split) const override {
    const Part& part = split == Split::train ? train_ : test_;
    return {part.bytes.view().data() + layout_.label_bytes, layout_.record(), part.labels};
  }

 private:
  const CifarLayout& layout_;
  std::vector<std::string> names_;
  Part train_, test_;
};

constexpr gramstack_class kClasses[] = {
    describe<Dataset, Cifar, kParams>("cifar", "CIFAR-10 and CIFAR-100, binary version, from a folder or archive"),
};

}  // namespace

GRAMSTACK_PLUGIN("cifar", "0.1.0", kClasses, 0u)
