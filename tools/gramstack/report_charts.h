// The charts of a report, as SVG fragments.
#pragma once

#include <string>

#include "report_data.h"

namespace gramstack::tool {

std::string loss_chart(const LearningCurve& curve);
std::string validation_chart(const LearningCurve& curve);                 ///< REQUIRES: validation values
std::string gram_charts(const ReportData& data, const HiddenView& view);  ///< before, after, ideal
std::string spectrum_chart(const HiddenView& view);
std::string pair_means_charts(const ReportData& data, const HiddenView& view);  ///< before, after
std::string projection_charts(const ReportData& data, const HiddenView& view);  ///< before, after
std::string confusion_chart(const ReportData& data);

}  // namespace gramstack::tool
