// Dataset: labelled 8-bit images in two splits, read-only.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gramstack {

enum class Split { train, test };

struct ImageFormat {
  std::int64_t channels = 1, height = 0, width = 0;
  std::int64_t bytes() const { return channels * height * width; }
  bool operator==(const ImageFormat&) const = default;
};

/// Image i is the ImageFormat::bytes() bytes at pixels + i * stride, planes [c][h][w]. Owned by the Dataset.
struct Records {
  const std::uint8_t* pixels = nullptr;
  std::int64_t stride = 0;
  std::span<const std::int32_t> labels;  ///< each within [0, classes)
  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  const std::uint8_t* image(std::int64_t i) const { return pixels + i * stride; }
};

/// Opened and checked whole by its constructor, which throws Error(data) naming the file. [any-thread] afterwards.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual ImageFormat format() const = 0;
  virtual std::vector<std::string> classes() const = 0;  ///< names, by label
  virtual Records records(Split split) const = 0;        ///< valid as long as the Dataset
};

}  // namespace gramstack
