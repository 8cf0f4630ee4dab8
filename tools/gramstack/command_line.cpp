#include "command_line.h"
#include "config/quote.h"
#include "config/suggest.h"

#include <fmt/core.h>

namespace gramstack::tool {
namespace {

constexpr const char* kSummary = "Trains deep networks one module at a time with pairwise objectives.";
constexpr const char* kExitCodes =
    "Exit codes: 0 ok, 1 unexpected, 2 usage, 3 configuration, 4 plugin, 5 data, 6 checkpoint or module file,\n"
    "7 numerical, 8 device unavailable, 9 disk or memory, 10 check failed, 130/143 interrupted, checkpoint saved.";

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

std::function<void(const std::vector<std::string>&)> append_to(std::vector<std::string>& list) {
  return [&list](const std::vector<std::string>& values) { list.insert(list.end(), values.begin(), values.end()); };
}

/// What CLI11 could not place: an option if there is one, since its value is left over too.
std::string first_leftover(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining(true);
  for (const std::string& word : words)
    if (word.size() > 1 && word[0] == '-') return word;
  return words.empty() ? "" : words.front();
}

}  // namespace

CommandLine::CommandLine(Context& context) : context_(context), app_(kSummary, "gramstack") {
  app_.require_subcommand(0, 1);
  app_.footer(kExitCodes);
  app_.add_flag("--version", version_, "print the version");
  add_global_options(app_);
}

void CommandLine::add_global_options(CLI::App& app) {
  using Words = std::vector<std::string>;
  GlobalOptions& options = context_.options;
  app.add_option_function<Words>("--plugin-path", append_to(options.plugin_path), "a folder of plugins, searched first")
      ->type_name("FOLDER")
      ->allow_extra_args(false)
      ->group("Global options");
  app.add_option_function<Words>("--data-path", append_to(options.data_path), "a folder of data sets, searched first")
      ->type_name("FOLDER")
      ->allow_extra_args(false)
      ->group("Global options");
  app.add_option("--store", options.store, "the module store (default: gramstack/modules of the user's data folder)")
      ->type_name("FOLDER")
      ->group("Global options");
  app.add_flag("--json", options.json, "one JSON document on standard output")->group("Global options");
  app.add_flag("-q,--quiet", options.quiet, "no progress, no notes")->group("Global options");
}

CLI::App& CommandLine::add_verb(const std::string& name, const std::string& summary, Action action) {
  CLI::App* verb = app_.add_subcommand(name, summary);
  verb->callback([this, action = std::move(action)] { action_ = action; });
  add_global_options(*verb);
  return *verb;
}

CLI::App& CommandLine::add_part(CLI::App& verb, const std::string& name, const std::string& summary) {
  CLI::App* part = verb.add_subcommand(name, summary);
  add_global_options(*part);
  return *part;
}

int CommandLine::run(int argc, const char* const* argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const std::vector<CLI::App*> verb = app_.get_subcommands();
    const std::vector<CLI::App*> part = verb.empty() ? verb : verb.front()->get_subcommands();
    print(part.empty() ? help(verb.empty() ? "" : verb.front()->get_name())
                       : part.front()->help("gramstack " + verb.front()->get_name()));
    return 0;
  } catch (const CLI::ParseError& error) {
    complain(error.what());
  }
  if (version_) return print_version(context_);
  if (!action_) complain("a command is missing");
  return action_(context_);
}

void CommandLine::complain(const std::string& reason) const {
  std::vector<CLI::App*> chosen = app_.get_subcommands();
  std::string place = "gramstack";
  for (const CLI::App* verb : chosen) place += " " + verb->get_name();
  if (!chosen.empty() && !chosen.front()->get_subcommands().empty()) {
    chosen = chosen.front()->get_subcommands();
    place += " " + chosen.front()->get_name();
  }
  const CLI::App& app = chosen.empty() ? app_ : *chosen.front();
  const std::string see = fmt::format("\n  see: {} --help", place);
  const std::string word = first_leftover(app_);
  if (word.empty()) throw UsageError(reason + (chosen.empty() ? "\n  commands: " + join(verbs()) : "") + see);
  if (word[0] == '-') {
    const std::string name = word.substr(0, word.find('='));
    const std::vector<std::string> known = option_names(app);
    throw UsageError(fmt::format("'{}' has no option {}{}\n  options: {}{}", place, quote(name),
                                 did_you_mean(name, known), join(known), see));
  }
  const std::vector<std::string> parts = names_of(app.get_subcommands([](const CLI::App*) { return true; }));
  if (!chosen.empty() && !parts.empty())
    throw UsageError(fmt::format("'{}' has no command {}{}\n  commands: {}{}", place, quote(word),
                                 did_you_mean(word, parts), join(parts), see));
  if (!chosen.empty()) throw UsageError(fmt::format("'{}' does not expect {}{}", place, quote(word), see));
  throw UsageError(fmt::format("there is no command {}{}\n  commands: {}{}", quote(word), did_you_mean(word, verbs()),
                               join(verbs()), see));
}

std::string CommandLine::help(const std::string& verb) {
  return verb.empty() ? app_.help() : app_.get_subcommand(verb)->help("gramstack");
}

std::vector<std::string> CommandLine::verbs() const {
  return names_of(app_.get_subcommands([](const CLI::App*) { return true; }));
}

}  // namespace gramstack::tool
