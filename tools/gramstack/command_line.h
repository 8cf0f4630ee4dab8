// The command line: verbs with their options over CLI11, one exit code for all its complaints, and hints.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "context.h"

namespace gramstack::tool {

/// What a verb does once its options are read; returns the exit code.
using Action = std::function<int(Context&)>;

class CommandLine {
 public:
  explicit CommandLine(Context& context);

  /// A verb with the global options. The reference is valid as long as the CommandLine.
  CLI::App& add_verb(const std::string& name, const std::string& summary, Action action);

  /// A subcommand of a verb, with the global options.
  CLI::App& add_part(CLI::App& verb, const std::string& name, const std::string& summary);

  /// Reads the arguments and runs the verb they name. Throws UsageError.
  int run(int argc, const char* const* argv);

  std::string help(const std::string& verb = {});  ///< of the program, or of a verb
  std::vector<std::string> verbs() const;

 private:
  void add_global_options(CLI::App& app);
  [[noreturn]] void complain(const std::string& reason) const;

  Context& context_;
  CLI::App app_;
  Action action_;
  bool version_ = false;
};

// One file a verb: each adds its options and its action.
void add_run(CommandLine& line);
void add_resume(CommandLine& line);
void add_eval(CommandLine& line);
void add_predict(CommandLine& line);
void add_check(CommandLine& line);
void add_render(CommandLine& line);
void add_modules(CommandLine& line);
void add_plugins(CommandLine& line);
void add_help(CommandLine& line);
void add_graph(CommandLine& line);
void add_bench(CommandLine& line);
void add_compare(CommandLine& line);
void add_labels(CommandLine& line);
void add_pairs(CommandLine& line);
void add_report(CommandLine& line);
void add_score(CommandLine& line);
void add_transfer(CommandLine& line);
void add_study(CommandLine& line);
void add_divide(CommandLine& line);
void add_version(CommandLine& line);
int print_version(Context& context);

}  // namespace gramstack::tool
