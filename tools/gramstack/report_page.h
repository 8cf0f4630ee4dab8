// A report as one HTML file that needs nothing else.
#pragma once

#include <string>

#include "report_data.h"

namespace gramstack::tool {

std::string report_page(const ReportData& data);

}  // namespace gramstack::tool
