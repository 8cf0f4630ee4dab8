// The results of `gramstack divide`: one for every training run, shown as table, CSV and charts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace gramstack::tool {

enum class Way { end_to_end, in_turn, together };
const char* name_of(Way way);  ///< "end to end", "in turn", "together"

struct Division {
  Way way = Way::end_to_end;
  std::int64_t modules = 0;  ///< hidden ones; end to end: 0
  auto operator<=>(const Division&) const = default;
};

struct DivisionResult {
  Division division;
  std::uint64_t seed = 0;
  double accuracy = 0;                   ///< of the test split
  std::optional<double> one_label = {};  ///< the same of an output module on one label a class
  double seconds = 0;                    ///< of training
  std::size_t memory = 0;                ///< bytes of the largest training step
};

class DivisionResults {
 public:
  explicit DivisionResults(std::string pipeline) : pipeline_(std::move(pipeline)) {}

  void add(const DivisionResult& result) { results_.push_back(result); }

  nlohmann::ordered_json json() const;
  std::string csv() const;    ///< a line a run
  std::string table() const;  ///< a line a division: means over seeds, and their standard deviations
  std::string accuracy_svg() const;
  std::string memory_svg() const;
  void write(const std::filesystem::path& folder) const;  ///< divide.json, divide.csv, accuracy.svg, memory.svg

 private:
  std::string pipeline_;
  std::vector<DivisionResult> results_;
};

}  // namespace gramstack::tool
