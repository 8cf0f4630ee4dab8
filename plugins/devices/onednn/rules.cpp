#include "rules.h"

namespace gramstack::onednn {

const Rule* find_rule(std::string_view name) {
  for (std::span<const Rule> (*topic)() : {convolution_rules, data_rules, elementwise_rules, matrix_rules, memory_rules,
                                           normalization_rules, pooling_rules, reduction_rules})
    for (const Rule& rule : topic())
      if (rule.name == name) return &rule;
  return nullptr;
}

const Dialect& dialect() {
  static const Dialect rows = {
      [](std::string_view name) -> const compiler::Rule* { return find_rule(name); },
      [](std::string_view name) -> const compiler::Elementwise* { return find_elementwise(name); },
      &elementwise_rule()};
  return rows;
}

}  // namespace gramstack::onednn
