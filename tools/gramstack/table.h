// Columns of text, for people.
#pragma once

#include <string>
#include <vector>

namespace gramstack::tool {

/// Rows as lines with their columns aligned, two blanks between; columns named in `right` (by index) at the right.
std::string table(const std::vector<std::vector<std::string>>& rows, const std::vector<std::size_t>& right = {});

std::string percent(double share);  ///< "91.23 %"; "-" for NaN
/// "91.23 % ± 0.41"; without a deviation that is NaN.
std::string percent(double mean, double deviation);
std::string number(double value);      ///< "0.8312"; "-" for NaN
std::string bytes(std::size_t count);  ///< "83.1 MiB"
std::string duration(double seconds);  ///< "0:23", "1:02:03"

}  // namespace gramstack::tool
