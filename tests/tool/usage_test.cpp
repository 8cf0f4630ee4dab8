// What the tool says to a command line that it cannot understand: whole messages, exit code 2, nothing on stdout.
#include <doctest/doctest.h>

#include "process.h"

using gramstack::test::Invocation;
using gramstack::test::Outcome;
using gramstack::test::run_tool;

namespace {

void refuses(const std::vector<std::string>& arguments, const std::string& message) {
  const Outcome outcome = run_tool(arguments);
  CHECK(outcome.code == 2);
  CHECK(outcome.out == "");
  CHECK(outcome.err == message);
}

const std::string kCommands =
    "  commands: run, resume, eval, predict, check, render, graph, bench, compare, modules, labels, pairs, report, "
    "score, transfer, study, divide, plugins, help, version\n"
    "  see: gramstack --help\n";

}  // namespace

TEST_CASE("tool: a misspelled command gets a hint and the list") {
  refuses({"rnu"}, "gramstack: error: there is no command 'rnu'; did you mean 'run'?\n" + kCommands);
  refuses({"train", "x.yaml"}, "gramstack: error: there is no command 'train'\n" + kCommands);
}

TEST_CASE("tool: no command at all") { refuses({}, "gramstack: error: a command is missing\n" + kCommands); }

TEST_CASE("tool: a misspelled option gets a hint and the list") {
  refuses({"resume", "--jsno", "runs/x"},
          "gramstack: error: 'gramstack resume' has no option '--jsno'; did you mean '--json'?\n"
          "  options: --help, --plugin-path, --data-path, --store, --json, --quiet\n"
          "  see: gramstack resume --help\n");
  refuses({"run", "x.yaml", "--ot=there"},
          "gramstack: error: 'gramstack run' has no option '--ot'; did you mean '--out'?\n"
          "  options: --help, --plugin-path, --data-path, --store, --json, --quiet, --out, --end-to-end, --plan, "
          "--no-reuse, --set\n"
          "  see: gramstack run --help\n");
}

TEST_CASE("tool: a missing argument is named") {
  refuses({"run"}, "gramstack: error: FILE is required\n  see: gramstack run --help\n");
  refuses({"predict", "runs/x"}, "gramstack: error: IMAGE is required\n  see: gramstack predict --help\n");
}

TEST_CASE("tool: an argument too many is named") {
  refuses({"check", "a.yaml", "b.yaml"},
          "gramstack: error: 'gramstack check' does not expect 'b.yaml'\n  see: gramstack check --help\n");
}

TEST_CASE("tool: a value outside an option's range") {
  refuses(
      {"eval", "runs/x", "--min-accuracy", "90"},
      "gramstack: error: --min-accuracy: Value 90 not in range 0.000000 to 1.000000\n  see: gramstack eval --help\n");
  refuses({"eval", "runs/x", "--split", "tset"},
          "gramstack: error: --split: tset not in {test,train}\n  see: gramstack eval --help\n");
}

TEST_CASE("tool: --set takes one value, so that the file may follow it") {
  const Outcome outcome = run_tool({"check", "--set", "seed=1", "no-such-file.yaml"});
  CHECK(outcome.code == 3);
  CHECK(outcome.err.find("no-such-file.yaml") != std::string::npos);
}

TEST_CASE("tool: with --json an error is a document too") {
  const Outcome outcome = run_tool({"rnu", "--json"});
  CHECK(outcome.code == 2);
  CHECK(outcome.out.find("\"exit_code\": 2") != std::string::npos);
}

TEST_CASE("tool: version") {
  const Outcome words = run_tool({"version"}), option = run_tool({"--version"});
  CHECK(words.code == 0);
  CHECK(words.out.substr(0, words.out.find('\n')) == "gramstack " GRAMSTACK_TEST_VERSION);
  CHECK(option.out == words.out);
}

TEST_CASE("tool: help of the program and of a command go to stdout") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"run", "--help"}, {"help", "run"}}) {
    const Outcome outcome = run_tool(arguments);
    CHECK(outcome.code == 0);
    CHECK(outcome.err == "");
    CHECK(outcome.out.find("Usage: gramstack") != std::string::npos);
  }
}

TEST_CASE("tool: the usage line of a command") {
  CHECK(run_tool({"predict", "--help"}).out.find("Usage: gramstack predict [OPTIONS] FOLDER IMAGE...\n") !=
        std::string::npos);
}

TEST_CASE("tool: output that cannot be written is an error") {
  const Outcome outcome = run_tool(Invocation{{"version"}, {}, {}, "/dev/full"});
  CHECK(outcome.code == 9);
  CHECK(outcome.err == "gramstack: error: cannot write to standard output\n");
}
