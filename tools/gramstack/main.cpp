// gramstack: trains, evaluates and inspects pipelines. Verbs are in one file each.
#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "command_line.h"
#include "context.h"

namespace gramstack::tool {
namespace {

void add_verbs(CommandLine& line) {
  add_run(line);
  add_resume(line);
  add_eval(line);
  add_predict(line);
  add_check(line);
  add_render(line);
  add_graph(line);
  add_bench(line);
  add_compare(line);
  add_modules(line);
  add_labels(line);
  add_pairs(line);
  add_report(line);
  add_score(line);
  add_transfer(line);
  add_study(line);
  add_divide(line);
  add_plugins(line);
  add_help(line);
  add_version(line);
}

/// A message that names a place ("file:line:column: error: ...") stands for itself.
int report(const Context& context, ExitCode code, const std::string& message) {
  const bool placed = message.find(": error: ") != std::string::npos;
  fmt::print(stderr, "{}{}\n", placed ? "" : "gramstack: error: ", message);
  if (context.options.json) print_json({{"error", message}, {"exit_code", static_cast<int>(code)}});
  return static_cast<int>(code);
}

int run_and_report(Context& context, int argc, const char* const* argv) {
  try {
    CommandLine line(context);
    add_verbs(line);
    return line.run(argc, argv);
  } catch (const Error& error) {
    return report(context, error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return report(context, ExitCode::resource, "out of memory");
  } catch (const std::exception& error) {
    return report(context, ExitCode::unexpected, error.what());
  }
}

/// OpenMP reads this when the first device that uses it is loaded. Threads that spin for long starve each other once
/// other programs use the processors: beside a compiler, five times as much time goes into an epoch of LeNet-5.
void limit_spinning() {
  if (!std::getenv("OMP_WAIT_POLICY")) setenv("GOMP_SPINCOUNT", "1000", 0);
}

}  // namespace
}  // namespace gramstack::tool

int main(int argc, char** argv) {
  gramstack::tool::limit_spinning();
  gramstack::tool::Context context;  // owns the plugins, so it outlives every exception that may come from one
  const int code = gramstack::tool::run_and_report(context, argc, argv);
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  fmt::print(stderr, "gramstack: error: cannot write to standard output\n");
  return code == 0 ? static_cast<int>(gramstack::ExitCode::resource) : code;
}
