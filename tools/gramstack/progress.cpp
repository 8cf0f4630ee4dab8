#include "progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "table.h"

namespace gramstack::tool {
namespace {

constexpr std::chrono::milliseconds kRedrawInterval{100};
constexpr std::size_t kBarCells = 24;

std::string measures(const Progress& progress) {
  std::string text = "loss " + number(progress.loss);
  if (progress.validation) {
    const bool accuracy = progress.validation_name == "accuracy";
    text += fmt::format(", {} {}", progress.validation_name,
                        accuracy ? percent(*progress.validation) : number(*progress.validation));
  }
  return text + fmt::format(", {:.0f} images/s, {} left", progress.images_per_second, duration(progress.seconds_left));
}

std::string bar(const Progress& progress) {
  const std::int64_t steps = std::max<std::int64_t>(progress.steps, 1);
  const std::int64_t step = std::clamp<std::int64_t>(progress.step, 0, steps);
  const std::size_t filled = kBarCells * static_cast<std::size_t>(step) / static_cast<std::size_t>(steps);
  return "[" + std::string(filled, '#') + std::string(kBarCells - filled, '-') + "]";
}

std::size_t terminal_columns(std::FILE* stream) {
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

std::string epoch_line(const Progress& progress) {
  return fmt::format("{}: epoch {}/{}, {}", progress.module, progress.epoch, progress.epochs, measures(progress));
}

std::string bar_line(const Progress& progress, std::size_t columns, bool colour) {
  std::string line = fmt::format("{} {}/{} {} {}", progress.module, progress.epoch, progress.epochs, bar(progress),
                                 measures(progress));
  if (line.size() > columns) line.resize(columns);
  const std::size_t name = std::min(progress.module.size(), line.size());
  return colour ? "\x1b[1m" + line.substr(0, name) + "\x1b[0m" + line.substr(name) : line;
}

ProgressDisplay::Style ProgressDisplay::style_for(std::FILE* stream, bool quiet) {
  if (quiet) return Style::silent;
  const char* terminal = std::getenv("TERM");
  const bool redraws = terminal != nullptr && std::string_view(terminal) != "dumb" && isatty(fileno(stream)) == 1;
  return redraws ? Style::bar : Style::lines;
}

ProgressDisplay::ProgressDisplay(std::FILE* stream, Style style)
    : stream_(stream), style_(style), colour_(!is_set("NO_COLOR")) {}

ProgressDisplay::~ProgressDisplay() {
  if (line_open_) std::fputc('\n', stream_);
}

void ProgressDisplay::show(const Progress& progress) {
  if (style_ == Style::lines && progress.epoch_done) fmt::print(stream_, "{}\n", epoch_line(progress));
  if (style_ == Style::bar) draw(progress);
}

void ProgressDisplay::draw(const Progress& progress) {
  const std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now();
  if (!progress.epoch_done && now - drawn_ < kRedrawInterval) return;
  drawn_ = now;
  // The last column stays free: writing to it makes some terminals wrap.
  const std::size_t columns = std::max<std::size_t>(terminal_columns(stream_), 2) - 1;
  fmt::print(stream_, "\r{}\x1b[K{}", bar_line(progress, columns, colour_), progress.module_done ? "\n" : "");
  std::fflush(stream_);
  line_open_ = !progress.module_done;
}

}  // namespace gramstack::tool
