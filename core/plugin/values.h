// The text of one parameter (a default of a table, a scalar or list of YAML), checked and turned into the value that a
// component is given. YAML's own conversions are not used: 010 would be 8 and `yes` true.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi.h"

namespace gramstack {

/// A value with the storage behind it.
struct StoredValue {
  gramstack_type type = GRAMSTACK_BOOL;
  std::int64_t integer = 0;  ///< BOOL, INT, CHOICE (index)
  double real = 0;
  std::string text;  ///< TEXT, PATH
  std::vector<std::int64_t> integers;
  std::vector<double> reals;

  /// Points into this object: valid until it is changed, moved or destroyed.
  gramstack_value view() const;
};

/// What is wrong with a value. `text` follows the parameter's name: "expects an integer, got 'abc'", "is 0, must be
/// at least 1".
struct ValueFault {
  std::string text;
  std::size_t element = 0;  ///< of a list: which one is at fault, from 1; 0: the value as a whole
};

/// Text of a scalar, or of a list written "[1, 2]". Sets `value` unless it returns a fault. Text and paths are taken
/// as they stand.
std::optional<ValueFault> parse_value(const gramstack_param& param, std::string_view text, StoredValue& value);

/// The elements of a list. REQUIRES: is_list(param.type).
std::optional<ValueFault> parse_elements(const gramstack_param& param, std::span<const std::string> elements,
                                         StoredValue& value);

bool is_list(gramstack_type type);

/// What a parameter takes, after "expects": "an integer", "one of mean|sum|none", "a list of real numbers".
std::string expectation(const gramstack_param& param);

/// The words of "mean|sum|none".
std::vector<std::string> choices_of(const gramstack_param& param);

/// The bounds as a message writes them: "at least 1", "at most 9", "between 1 and 9"; "" when both are open.
std::string bounds_of(const gramstack_param& param);

}  // namespace gramstack
