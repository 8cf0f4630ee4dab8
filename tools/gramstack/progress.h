// What a person sees while a module trains: a bar that is redrawn on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "training/train.h"

namespace gramstack::tool {

/// One line an epoch: "features: epoch 3/20, loss -0.7412, objective 0.8123, 12345 images/s, 0:23 left".
std::string epoch_line(const Progress& progress);

/// The same with a bar for the steps done, cut to `columns` characters.
std::string bar_line(const Progress& progress, std::size_t columns, bool colour);

class ProgressDisplay {
 public:
  enum class Style { silent, lines, bar };
  /// A bar on a terminal that can redraw a line (TERM is not "dumb"), with colour unless NO_COLOR is set.
  static Style style_for(std::FILE* stream, bool quiet);

  ProgressDisplay(std::FILE* stream, Style style);
  ~ProgressDisplay();  // leaves the terminal on a fresh line
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;
  void show(const Progress& progress);

 private:
  void draw(const Progress& progress);

  std::FILE* stream_;
  Style style_;
  bool colour_;
  bool line_open_ = false;
  std::chrono::steady_clock::time_point drawn_{};
};

}  // namespace gramstack::tool
