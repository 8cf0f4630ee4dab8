// The accuracies of `gramstack labels`: kept in a file that a later call adds to, and shown as table, CSV and chart.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace gramstack::tool {

struct LabelResult {
  bool end_to_end = false;
  std::optional<std::int64_t> per_class;  ///< none: all
  std::int64_t draw = 0, labels = 0;
  std::int64_t epochs = 0;  ///< end to end: passes over the labels
  double accuracy = 0, seconds = 0;
};

/// Results of one way at one number of labels.
struct LabelSummary {
  bool end_to_end = false;
  std::optional<std::int64_t> per_class;
  std::int64_t labels = 0, draws = 0;
  double mean = 0, least = 0, most = 0;
  double deviation = 0;  ///< of a sample; NaN for a single draw
};

/// Which results may stand in one file.
struct LabelSubject {
  std::string pipeline;
  std::vector<std::string> modules;  ///< hashes
  std::uint64_t seed = 0;
  std::int64_t classes = 0;
  bool operator==(const LabelSubject&) const = default;
};

class LabelResults {
 public:
  /// Those in the file labels.json of `folder`, if there is one; end-to-end ones of other epochs are left out. Throws
  /// Error(file) when it is damaged, Error(usage) when it is about other modules.
  LabelResults(const std::filesystem::path& folder, LabelSubject subject, std::int64_t epochs);

  bool has(bool end_to_end, std::optional<std::int64_t> per_class, std::int64_t draw) const;
  void add(const LabelResult& result) { results_.push_back(result); }
  /// By way, then by labels.
  std::vector<LabelSummary> summaries() const;

  nlohmann::ordered_json json() const;
  std::string csv() const;    ///< a line a draw
  std::string table() const;  ///< a line for each number of labels
  std::string svg() const;
  void write_json() const;
  void write() const;  ///< labels.json, labels.csv, labels.svg

 private:
  void read(std::int64_t epochs);
  void read_result(const nlohmann::json& json, std::int64_t epochs);

  std::filesystem::path folder_;
  LabelSubject subject_;
  std::vector<LabelResult> results_;
};

}  // namespace gramstack::tool
