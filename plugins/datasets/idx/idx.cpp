// The four idx files of MNIST and its relatives: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-..., plain or
// gzipped.
#include <fmt/format.h>

#include <algorithm>

#include "api/author.h"
#include "files/locate.h"
#include "idx_file.h"

namespace {

using namespace gramstack;

constexpr gramstack_param kParams[] = {
    text("name", "folder of the data set within a data folder, such as fashion-mnist", ""),
    path("path", "folder of the data set, instead of name", ""),
    integer("class_count", "number of classes; 0: the largest training label plus 1", "0", 0, 256),
};

const std::vector<std::string>& fashion_names() {
  static const std::vector<std::string> names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                 "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  return names;
}

struct Part {
  IdxFile images, labels;
  std::vector<std::int32_t> label_values;
};

Part read_part(const std::filesystem::path& folder, const std::string& prefix) {
  Part part{read_idx(folder, prefix + "-images-idx3-ubyte", 3), read_idx(folder, prefix + "-labels-idx1-ubyte", 1), {}};
  if (part.images.count() != part.labels.count())
    throw Error(ExitCode::data, fmt::format("{} holds {} images, but {} holds {} labels", part.images.path.string(),
                                            part.images.count(), part.labels.path.string(), part.labels.count()));
  part.label_values.assign(part.labels.data().begin(), part.labels.data().end());
  return part;
}

ImageFormat format_of(const Part& part) { return {1, part.images.extents[1], part.images.extents[2]}; }

void check_format(const Part& train, const Part& test) {
  if (format_of(train) == format_of(test)) return;
  throw Error(ExitCode::data, fmt::format("{} holds images of {}x{}, but {} of {}x{}", test.images.path.string(),
                                          test.images.extents[1], test.images.extents[2], train.images.path.string(),
                                          train.images.extents[1], train.images.extents[2]));
}

void check_labels(const Part& part, std::int64_t classes) {
  for (std::size_t i = 0; i < part.label_values.size(); ++i)
    if (part.label_values[i] >= classes)
      throw Error(ExitCode::data,
                  fmt::format("{}: label {} of image {} is outside 0..{} of {} classes", part.labels.path.string(),
                              part.label_values[i], i, classes - 1, classes));
}

class Idx final : public Dataset {
 public:
  explicit Idx(const Arguments& args) {
    const std::filesystem::path folder = locate(args);
    train_ = read_part(folder, "train");
    test_ = read_part(folder, "t10k");
    check_format(train_, test_);
    classes_ = args.integer("class_count");
    if (classes_ == 0) classes_ = 1 + *std::max_element(train_.label_values.begin(), train_.label_values.end());
    check_labels(train_, classes_);
    check_labels(test_, classes_);
    fashion_ = (folder / "").parent_path().filename() == "fashion-mnist" && classes_ == 10;
  }

  ImageFormat format() const override { return format_of(train_); }

  std::vector<std::string> classes() const override {
    if (fashion_) return fashion_names();
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < classes_; ++i) names.push_back(std::to_string(i));
    return names;
  }

  Records records(Split split) const override {
    const Part& part = split == Split::train ? train_ : test_;
    return {part.images.data().data(), format().bytes(), part.label_values};
  }

 private:
  Part train_, test_;
  std::int64_t classes_ = 0;
  bool fashion_ = false;
};

constexpr gramstack_class kClasses[] = {
    describe<Dataset, Idx, kParams>("idx", "MNIST, Fashion-MNIST and others in idx files, plain or gzipped"),
};

}  // namespace

GRAMSTACK_PLUGIN("idx", "0.1.0", kClasses, 0u)
