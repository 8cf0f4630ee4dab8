// Faults of a configuration: collected with their places, shown in the order of the text, thrown together.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.h"

namespace gramstack::config {

/// Where something stands. Line and column count from 1; column and length are in bytes and are turned into
/// characters when a fault is shown.
struct Place {
  static constexpr int kDefault = -1;  ///< a source for what stands nowhere: values that were filled in
  int source = 0;                      ///< 0: the file; k: the k-th source that was added
  std::size_t line = 1, column = 1;
  std::size_t length = 1;  ///< to underline
  bool operator==(const Place&) const = default;
};

/// [one thread]
class Faults {
 public:
  /// `file` as messages name it, and its text.
  Faults(std::string file, std::string text);

  /// A source that is not shown by line and column, such as an option of the command line: its faults start with
  /// `name` alone. Returns its number.
  int add_source(std::string name);

  /// The same fault at the same place counts once.
  void add(const Place& place, std::string message, ExitCode code = ExitCode::configuration);
  std::size_t size() const { return faults_.size(); }
  bool empty() const { return faults_.empty(); }
  bool has(ExitCode code) const;

  /// Throws one Error with every fault (the first hundred are shown) and their number. Its code is `configuration`
  /// when any fault has that, otherwise the first one's.
  void throw_if_any() const;

 private:
  struct Fault {
    Place place;
    std::string message;
    ExitCode code;
  };
  std::string describe(const Fault& fault) const;
  std::string_view line(std::size_t number) const;

  std::string file_, text_;
  std::vector<std::size_t> lines_;    ///< offset of each line
  std::vector<std::string> sources_;  ///< names; [0] is the file
  std::vector<Fault> faults_;
};

}  // namespace gramstack::config
