// The message that a piece of configuration work ends in.
#pragma once

#include <string>

#include "config/document.h"

namespace gramstack::test {

/// "" when `work` throws nothing.
template <class Work>
std::string message_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// What parsing `text` as "x.yaml" has to say.
inline std::string faults_of(const std::string& text) {
  return message_of([&] {
    config::Faults faults("x.yaml", text);
    config::parse(text, 0, faults);
    faults.throw_if_any();
  });
}

inline std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace gramstack::test
