#include "config/faults.h"

#include <doctest/doctest.h>

#include "faults_of.h"

using gramstack::Error;
using gramstack::ExitCode;
using gramstack::config::Faults;
using gramstack::test::message_of;
using gramstack::test::repeated;

TEST_CASE("config: faults are sorted by place, options after the file") {
  Faults faults("x.yaml", "one\ntwo\n");
  const int option = faults.add_source("--set a=1");
  faults.add({option, 1, 1, 1}, "the option");
  faults.add({0, 2, 2, 2}, "the second");
  faults.add({0, 1, 1, 3}, "the first");
  CHECK(message_of([&] { faults.throw_if_any(); }) ==
        "x.yaml:1:1: error: the first\n"
        "    1 | one\n"
        "      | ^~~\n"
        "x.yaml:2:2: error: the second\n"
        "    2 | two\n"
        "      |  ^~\n"
        "--set a=1: error: the option\n"
        "3 errors in x.yaml");
}

TEST_CASE("config: a place beyond the text is shown without a line") {
  Faults faults("x.yaml", "");
  faults.add({0, 7, 3, 9}, "nowhere");
  CHECK(message_of([&] { faults.throw_if_any(); }) ==
        "x.yaml:7:1: error: nowhere\n"
        "    7 | \n"
        "      | ^\n"
        "1 error in x.yaml");
}

TEST_CASE("config: long lines are cut around the place") {
  Faults faults("x.yaml", repeated("abcdefghij", 30));
  faults.add({0, 1, 1, 500}, "left");
  faults.add({0, 1, 151, 4}, "middle");
  faults.add({0, 1, 299, 5}, "right");
  CHECK(message_of([&] { faults.throw_if_any(); }) ==
        "x.yaml:1:1: error: left\n"
        "    1 | " +
            repeated("abcdefghij", 12) +
            "...\n"
            "      | ^" +
            repeated("~", 119) +
            "\n"
            "x.yaml:1:151: error: middle\n"
            "    1 | ..." +
            repeated("abcdefghij", 12) +
            "...\n"
            "      |    " +
            repeated(" ", 60) +
            "^~~~\n"
            "x.yaml:1:299: error: right\n"
            "    1 | ...ij" +
            repeated("abcdefghij", 6) +
            "\n"
            "      |    " +
            repeated(" ", 60) +
            "^~\n"
            "3 errors in x.yaml");
}

TEST_CASE("config: messages cannot drive a terminal") {
  Faults faults("x.yaml", "a\tb\x1B[31m");
  faults.add({0, 1, 3, 1}, "got '\x1B[0m'\nand \xFF");
  CHECK(message_of([&] { faults.throw_if_any(); }) ==
        "x.yaml:1:3: error: got '\\x1b[0m'\nand \\xff\n"
        "    1 | a b?[31m\n"
        "      |   ^\n"
        "1 error in x.yaml");
}

TEST_CASE("config: of many faults the first hundred are shown") {
  Faults faults("x.yaml", repeated("a\n", 150));
  for (std::size_t line = 150; line >= 1; --line) faults.add({0, line, 1, 1}, "fault");
  const std::string message = message_of([&] { faults.throw_if_any(); });
  CHECK(
      message.find("x.yaml:100:1: error: fault\n  100 | a\n      | ^\n150 errors in x.yaml; the first 100 are shown") !=
      std::string::npos);
  CHECK(message.find("x.yaml:101:1") == std::string::npos);
}

TEST_CASE("config: the code is configuration unless all faults are of other kinds") {
  Faults faults("x.yaml", "a");
  faults.throw_if_any();
  faults.add({0, 1, 1, 1}, "no such folder", ExitCode::data);
  const auto code = [&] {
    try {
      faults.throw_if_any();
    } catch (const Error& error) {
      return error.code();
    }
    return ExitCode::ok;
  };
  CHECK(code() == ExitCode::data);
  faults.add({0, 1, 1, 1}, "unknown key");
  CHECK(code() == ExitCode::configuration);
}
