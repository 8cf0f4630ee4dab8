#include <fmt/format.h>

#include "graph/rules.h"

namespace gramstack::rules {

namespace {

std::vector<TensorType> infer_bound(const InferInput& input) {
  const std::int64_t last = static_cast<std::int64_t>(DataType::u8);
  const DataType type = static_cast<DataType>(integer_within(input, "type", 0, last));
  return {{type, input.attributes.integers("shape")}};
}

std::vector<TensorType> infer_constant(const InferInput& input) {
  const Shape& shape = input.attributes.integers("shape");
  want_extents(shape);
  const std::size_t count = input.attributes.reals("values").size();
  if (count != 1 && count != static_cast<std::size_t>(elements(shape)))
    fail(fmt::format("1 or {} values for shape {}", elements(shape), to_string(shape)), std::to_string(count));
  return {{precision_type(input), shape}};
}

}  // namespace

std::vector<Op> source_ops() {
  return {
      {"input",
       "a tensor written by the host before each run",
       0,
       0,
       {integer("type"), integers("shape")},
       trait_source | trait_bound,
       infer_bound,
       nullptr},
      {"parameter",
       "a tensor that persists between runs",
       0,
       0,
       {integer("type"), integers("shape")},
       trait_source | trait_bound,
       infer_bound,
       nullptr},
      {"constant",
       "a tensor of given values, one for all elements or all of them",
       0,
       0,
       {integers("shape"), reals("values"), precision()},
       trait_source,
       infer_constant,
       nullptr},
  };
}

}  // namespace gramstack::rules
