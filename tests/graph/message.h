#pragma once

#include <string>

#include "api/error.h"

namespace gramstack::test {

/// The text of the configuration error that `action` throws; "" when it throws none.
template <class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code() == ExitCode::configuration ? error.what() : "of another code: " + std::string(error.what());
  }
  return "";
}

}  // namespace gramstack::test
