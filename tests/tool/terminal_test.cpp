// The progress display on a terminal.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <string>

#include "progress.h"

using gramstack::Progress;
using gramstack::tool::ProgressDisplay;

namespace {

/// A pseudo terminal: what is written to `stream` can be read back.
class Terminal {
 public:
  Terminal() : master_(posix_openpt(O_RDWR | O_NOCTTY)) {
    REQUIRE(grantpt(master_) == 0);
    REQUIRE(unlockpt(master_) == 0);
    stream_ = std::fopen(ptsname(master_), "r+");
    REQUIRE(stream_ != nullptr);
    termios settings{};
    tcgetattr(fileno(stream_), &settings);
    settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    tcsetattr(fileno(stream_), TCSANOW, &settings);
  }
  ~Terminal() {
    if (stream_ != nullptr) std::fclose(stream_);
    close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  std::FILE* stream() const { return stream_; }
  std::string text() const {
    std::fflush(stream_);
    std::string all;
    char buffer[8192];
    pollfd ready{master_, POLLIN, 0};
    while (poll(&ready, 1, 200) == 1) {
      const ssize_t count = read(master_, buffer, sizeof buffer);
      if (count <= 0) break;
      all.append(buffer, static_cast<std::size_t>(count));
    }
    return all;
  }

 private:
  int master_;
  std::FILE* stream_ = nullptr;
};

Progress step(std::int64_t number, bool epoch_done, bool module_done) {
  Progress progress;
  progress.module = "features";
  progress.epoch = progress.epochs = 1;
  progress.step = number;
  progress.steps = 1000;
  progress.epoch_done = epoch_done;
  progress.module_done = module_done;
  return progress;
}

std::size_t redraws(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += c == '\r';
  return count;
}

}  // namespace

TEST_CASE("tool: a terminal gets a bar, redrawn now and then, and a line at the module's end") {
  const Terminal terminal;
  setenv("TERM", "xterm", 1);
  setenv("NO_COLOR", "1", 1);
  REQUIRE(ProgressDisplay::style_for(terminal.stream(), false) == ProgressDisplay::Style::bar);
  {
    ProgressDisplay display(terminal.stream(), ProgressDisplay::Style::bar);
    for (std::int64_t i = 1; i <= 1000; ++i) display.show(step(i, false, false));
    display.show(step(1000, true, true));
  }
  const std::string text = terminal.text();
  CHECK(redraws(text) >= 2);
  CHECK(redraws(text) < 100);
  CHECK(text.find("\rfeatures 1/1 [------------------------] loss ") == 0);
  CHECK(text.find("\rfeatures 1/1 [########################] loss ") != std::string::npos);
  CHECK(text.substr(text.size() - 4) == "\x1b[K\n");
}

TEST_CASE("tool: an open bar is closed when training fails") {
  const Terminal terminal;
  {
    ProgressDisplay display(terminal.stream(), ProgressDisplay::Style::bar);
    display.show(step(1, false, false));
  }
  CHECK(terminal.text().back() == '\n');
}

TEST_CASE("tool: where lines are used instead of a bar") {
  const Terminal terminal;
  setenv("TERM", "dumb", 1);
  CHECK(ProgressDisplay::style_for(terminal.stream(), false) == ProgressDisplay::Style::lines);
  CHECK(ProgressDisplay::style_for(terminal.stream(), true) == ProgressDisplay::Style::silent);
  setenv("TERM", "xterm", 1);
  std::FILE* file = std::tmpfile();
  CHECK(ProgressDisplay::style_for(file, false) == ProgressDisplay::Style::lines);
  std::fclose(file);
}
