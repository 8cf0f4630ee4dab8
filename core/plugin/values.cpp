#include "plugin/values.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "config/quote.h"
#include "config/suggest.h"

namespace gramstack {
namespace {

using Fault = std::optional<ValueFault>;

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Takes the digits at the front of `text` off; how many there were.
std::size_t take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && digit(text[count])) ++count;
  text.remove_prefix(count);
  return count;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// from_chars takes no plus sign.
std::string_view without_plus(std::string_view text) { return text.starts_with('+') ? text.substr(1) : text; }

bool written_as_integer(std::string_view text) {
  take(text, "+-");
  return take_digits(text) > 0 && text.empty();
}

bool written_as_real(std::string_view text) {
  take(text, "+-");
  std::size_t digits = take_digits(text);
  if (take(text, ".")) digits += take_digits(text);
  if (digits == 0) return false;
  if (!take(text, "eE")) return text.empty();
  take(text, "+-");
  return take_digits(text) > 0 && text.empty();
}

bool leading_zero(std::string_view text) {
  take(text, "+-");
  return text.size() > 1 && text[0] == '0' && digit(text[1]);
}

bool hexadecimal(std::string_view text) {
  take(text, "+-");
  return text.starts_with("0x") || text.starts_with("0X") || text.starts_with("0o") || text.starts_with("0b");
}

/// What to do about a number that YAML programs read in different ways.
std::string hint(std::string_view text) {
  if (leading_zero(text)) return "; leave out the leading zero";
  if (hexadecimal(text)) return "; write it in decimal";
  return "";
}

std::string number_name(gramstack_type type) {
  return type == GRAMSTACK_INT || type == GRAMSTACK_INTS ? "an integer" : "a real number";
}

ValueFault not_a(gramstack_type type, std::string_view text) {
  return {fmt::format("expects {}, got {}{}", number_name(type), quote(text), hint(text))};
}

Fault check_range(const gramstack_param& param, double number, std::string_view text) {
  if (number >= param.min && number <= param.max) return {};
  return ValueFault{fmt::format("is {}, must be {}", printable(text, 80), bounds_of(param))};
}

Fault parse_number(const gramstack_param& param, std::string_view text, std::int64_t& number) {
  if (!written_as_integer(text) || leading_zero(text)) return not_a(GRAMSTACK_INT, text);
  const std::string_view digits = without_plus(text);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc())
    return ValueFault{fmt::format("is {}, which does not fit into 64 bits", printable(text, 80))};
  return check_range(param, static_cast<double>(number), text);
}

Fault parse_number(const gramstack_param& param, std::string_view text, double& number) {
  if (!written_as_real(text) || leading_zero(text)) return not_a(GRAMSTACK_REAL, text);
  const std::string_view digits = without_plus(text);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc())
    return ValueFault{fmt::format("is {}, which is too large or too small for a real number", printable(text, 80))};
  return check_range(param, number, text);
}

Fault parse_boolean(std::string_view text, std::int64_t& boolean) {
  if (text != "true" && text != "false") return ValueFault{"expects true or false, got " + quote(text)};
  boolean = text == "true" ? 1 : 0;
  return {};
}

Fault parse_choice(const gramstack_param& param, std::string_view text, std::int64_t& index) {
  const std::vector<std::string> choices = choices_of(param);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (choices[i] != text) continue;
    index = static_cast<std::int64_t>(i);
    return {};
  }
  return ValueFault{fmt::format("expects {}, got {}{}", expectation(param), quote(text), did_you_mean(text, choices))};
}

Fault parse_text(std::string_view text, std::string& stored) {
  if (text.find('\0') != std::string_view::npos) return ValueFault{"holds a zero byte"};
  stored = text;
  return {};
}

template <class Number>
Fault parse_numbers(const gramstack_param& param, std::span<const std::string> elements, std::vector<Number>& numbers) {
  numbers.clear();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    Number number{};
    if (Fault fault = parse_number(param, elements[i], number))
      return ValueFault{fmt::format("element {} {}", i + 1, fault->text), i + 1};
    numbers.push_back(number);
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The elements of "[1, 2]"; none: it is not written so.
std::optional<std::vector<std::string>> split_list(std::string_view text) {
  std::vector<std::string> elements;
  text = trimmed(text);
  if (text.empty()) return elements;
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  text = trimmed(text.substr(1, text.size() - 2));
  if (text.empty()) return elements;
  for (;;) {
    const std::size_t comma = text.find(',');
    elements.emplace_back(trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) return elements;
    text.remove_prefix(comma + 1);
  }
}

Fault parse_list(const gramstack_param& param, std::string_view text, StoredValue& value) {
  const std::optional<std::vector<std::string>> elements = split_list(text);
  if (!elements) return ValueFault{fmt::format("expects {}, got {}", expectation(param), quote(text))};
  return parse_elements(param, *elements, value);
}

}  // namespace

gramstack_value StoredValue::view() const {
  gramstack_value value{};
  value.n = 1;
  switch (type) {
    case GRAMSTACK_BOOL:
    case GRAMSTACK_INT:
    case GRAMSTACK_CHOICE:
      value.as.integer = integer;
      break;
    case GRAMSTACK_REAL:
      value.as.real = real;
      break;
    case GRAMSTACK_TEXT:
    case GRAMSTACK_PATH:
      value.n = text.size();
      value.as.text = text.c_str();
      break;
    case GRAMSTACK_INTS:
      value.n = integers.size();
      value.as.ints = integers.data();
      break;
    case GRAMSTACK_REALS:
      value.n = reals.size();
      value.as.reals = reals.data();
      break;
  }
  return value;
}

Fault parse_value(const gramstack_param& param, std::string_view text, StoredValue& value) {
  value.type = param.type;
  switch (param.type) {
    case GRAMSTACK_BOOL:
      return parse_boolean(text, value.integer);
    case GRAMSTACK_INT:
      return parse_number(param, text, value.integer);
    case GRAMSTACK_REAL:
      return parse_number(param, text, value.real);
    case GRAMSTACK_TEXT:
    case GRAMSTACK_PATH:
      return parse_text(text, value.text);
    case GRAMSTACK_CHOICE:
      return parse_choice(param, text, value.integer);
    case GRAMSTACK_INTS:
    case GRAMSTACK_REALS:
      break;
  }
  return parse_list(param, text, value);
}

Fault parse_elements(const gramstack_param& param, std::span<const std::string> elements, StoredValue& value) {
  value.type = param.type;
  if (param.type == GRAMSTACK_INTS) return parse_numbers(param, elements, value.integers);
  return parse_numbers(param, elements, value.reals);
}

bool is_list(gramstack_type type) { return type == GRAMSTACK_INTS || type == GRAMSTACK_REALS; }

std::string expectation(const gramstack_param& param) {
  switch (param.type) {
    case GRAMSTACK_BOOL:
      return "true or false";
    case GRAMSTACK_INT:
    case GRAMSTACK_REAL:
      return number_name(param.type);
    case GRAMSTACK_TEXT:
      return "a text";
    case GRAMSTACK_PATH:
      return "a path";
    case GRAMSTACK_CHOICE:
      return fmt::format("one of {}", param.choices);
    case GRAMSTACK_INTS:
      return "a list of integers such as [1, 2]";
    case GRAMSTACK_REALS:
      break;
  }
  return "a list of real numbers such as [0.5, 1]";
}

std::vector<std::string> choices_of(const gramstack_param& param) {
  std::vector<std::string> choices;
  std::string_view rest = param.choices ? param.choices : "";
  while (!rest.empty()) {
    const std::size_t bar = rest.find('|');
    choices.emplace_back(rest.substr(0, bar));
    rest = bar == std::string_view::npos ? std::string_view() : rest.substr(bar + 1);
  }
  return choices;
}

std::string bounds_of(const gramstack_param& param) {
  const bool below = std::isfinite(param.min), above = std::isfinite(param.max);
  if (below && above) return fmt::format("between {} and {}", param.min, param.max);
  if (below) return fmt::format("at least {}", param.min);
  if (above) return fmt::format("at most {}", param.max);
  return "";
}

}  // namespace gramstack
