#include "layout.h"

#include "api/error.h"

namespace gramstack {

const CifarLayout& cifar_layout(std::int64_t variant) {
  static const CifarLayout cifar10 = {
      10,
      {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
      {"test_batch.bin"},
      "batches.meta.txt",
      "cifar-10-batches-bin",
      "cifar-10-binary.tar.gz",
      1};
  static const CifarLayout cifar100 = {
      100, {"train.bin"}, {"test.bin"}, "fine_label_names.txt", "cifar-100-binary", "cifar-100-binary.tar.gz", 2};
  if (variant == 10) return cifar10;
  if (variant == 100) return cifar100;
  throw BadParameter("variant", "wants 10 or 100, got " + std::to_string(variant));
}

}  // namespace gramstack
