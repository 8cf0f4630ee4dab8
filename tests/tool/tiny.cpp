#include "tiny.h"

#include <fmt/core.h>

#include "process.h"

namespace gramstack::test {
namespace {

std::string big_endian(std::uint32_t value) {
  std::string text;
  for (const unsigned shift : {24u, 16u, 8u, 0u}) text += static_cast<char>((value >> shift) & 0xFFu);
  return text;
}

struct Part {
  std::string prefix;
  std::uint32_t first, count;
};

void write_part(const std::filesystem::path& folder, const Part& part, std::uint32_t side, std::uint32_t classes) {
  std::string images = big_endian(0x0803) + big_endian(part.count) + big_endian(side) + big_endian(side);
  std::string labels = big_endian(0x0801) + big_endian(part.count);
  for (std::uint32_t i = part.first; i < part.first + part.count; ++i) {
    for (const std::uint8_t pixel : tiny_image(i, side)) images += static_cast<char>(pixel);
    labels += static_cast<char>(i % classes);
  }
  write_text(folder / (part.prefix + "-images-idx3-ubyte"), images);
  write_text(folder / (part.prefix + "-labels-idx1-ubyte"), labels);
}

constexpr const char* kPipeline = R"(gramstack: 1
name: tiny
seed: 3
device: {{type: reference}}
data: {{type: idx, path: "{}", validation: 40}}
stack:
  - module: features
    backbone: {{type: mlp, widths: [16, 8]}}
    kernel: {{type: tanh}}
    loss: {{type: alignment}}
    optimizer: {{type: sgd, lr: 0.5, momentum: 0.9}}
    epochs: {}
    batch: 20
  - module: classifier
    backbone: {{type: linear}}
    loss: {{type: cross-entropy}}
    optimizer: {{type: sgd, lr: 0.5}}
    epochs: 4
    batch: 20
)";

}  // namespace

std::vector<std::uint8_t> tiny_image(std::uint32_t index, std::uint32_t side) {
  std::uint32_t state = index * 2654435761u + 1;
  std::vector<std::uint8_t> pixels;
  for (std::uint32_t i = 0; i < side * side; ++i) {
    state = state * 1664525u + 1013904223u;
    const std::uint32_t quadrant = 2 * (i / side >= side / 2) + (i % side >= side / 2);
    pixels.push_back(static_cast<std::uint8_t>((state >> 24) / 2 + (quadrant == index % 4 ? 100 : 0)));
  }
  return pixels;
}

void write_idx(const std::filesystem::path& folder, std::uint32_t side, std::uint32_t classes, std::uint32_t images) {
  std::filesystem::create_directories(folder);
  write_part(folder, {"train", 0, images}, side, classes);
  write_part(folder, {"t10k", images, 80}, side, classes);
}

void write_cifar(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  write_text(folder / "batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n");
  for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                           "data_batch_5.bin", "test_batch.bin"}) {
    std::string records;
    for (std::uint32_t i = 0; i < 40; ++i) {
      records += static_cast<char>(i % 10);
      for (int channel = 0; channel < 3; ++channel)
        for (const std::uint8_t pixel : tiny_image(i, 32)) records += static_cast<char>(pixel);
    }
    write_text(folder / name, records);
  }
}

std::filesystem::path write_tiny(const std::filesystem::path& folder, int epochs) {
  write_idx(folder / "data", kTinySide, kTinyClasses);
  write_text(folder / "tiny.yaml", fmt::format(kPipeline, (folder / "data").string(), epochs));
  return folder / "tiny.yaml";
}

}  // namespace gramstack::test
