// How training images are moved at random, and in which views images are evaluated.
#pragma once

#include <cstdint>
#include <vector>

namespace gramstack {

struct Augmentation {
  enum class Flip {
    none,
    random,       ///< every second image, drawn anew each epoch
    alternating,  ///< drawn for the first epoch; from then on every image is mirrored in every second epoch
  };
  std::int64_t crop_padding = 0;
  Flip flip = Flip::none;
  bool any() const { return crop_padding > 0 || flip != Flip::none; }
};

/// An image moved by (down, right), zeros moving in, and then mirrored.
struct View {
  std::int64_t down = 0, right = 0;
  bool mirror = false;
};

/// The views over which the scores of an image are averaged.
struct Views {
  bool mirror = false;
  std::int64_t shift = 0;  ///< pixels, towards the upper left and the lower right
  std::vector<View> all() const;
  bool several() const { return mirror || shift > 0; }
};

}  // namespace gramstack
