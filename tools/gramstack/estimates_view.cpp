#include "estimates_view.h"

#include "table.h"

namespace gramstack::tool {

std::string interval_text(const analysis::Interval& interval) {
  return number(interval.low) + " to " + number(interval.high);
}

nlohmann::json estimate_json(const analysis::Estimate& estimate) {
  nlohmann::json json{{"name", estimate.name}, {"value", estimate.value}};
  if (estimate.interval) json["interval"] = {estimate.interval->low, estimate.interval->high};
  return json;
}

}  // namespace gramstack::tool
