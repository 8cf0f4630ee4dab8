#include "ops/ops.h"

namespace gramstack::reference {

OpFunction find_function(std::string_view op) {
  for (const std::span<const OpEntry> topic : {elementwise_ops(), shape_ops(), reduction_ops(), matrix_ops(),
                                               convolution_ops(), pooling_ops(), batch_norm_ops(), data_ops()})
    for (const OpEntry& entry : topic)
      if (entry.op == op) return entry.function;
  return nullptr;
}

}  // namespace gramstack::reference
