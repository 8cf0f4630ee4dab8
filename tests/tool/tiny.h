// A data set and a pipeline that train in well under a second, written into a folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gramstack::test {

inline constexpr std::uint32_t kTinySide = 8, kTinyClasses = 4;

/// Image `index` of a data set: noise, with one of four quadrants bright by class.
std::vector<std::uint8_t> tiny_image(std::uint32_t index, std::uint32_t side = kTinySide);

/// Idx files of 200 images for training and 80 for test; image i is of class i % classes.
void write_idx(const std::filesystem::path& folder, std::uint32_t side, std::uint32_t classes,
               std::uint32_t images = 200);

/// CIFAR-10's binary files, with 40 images in each.
void write_cifar(const std::filesystem::path& folder);

/// folder/data (idx files: 200 images for training, 80 for test) and folder/tiny.yaml; returns the latter.
std::filesystem::path write_tiny(const std::filesystem::path& folder, int epochs);

}  // namespace gramstack::test
