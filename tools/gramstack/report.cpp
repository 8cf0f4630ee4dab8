// report: a finished run as one HTML page.
#include <fmt/core.h>

#include "command_line.h"
#include "recorded.h"
#include "report_data.h"
#include "report_page.h"
#include "store/files.h"

namespace gramstack::tool {
namespace {

struct Options {
  std::string folder, out;
  std::int64_t images = 500;
};

int act(const Options& options, Context& context) {
  const Pipeline pipeline = recorded_pipeline(options.folder, context);
  const std::filesystem::path folder = options.folder;
  const std::filesystem::path file = options.out.empty() ? folder / "report.html" : std::filesystem::path(options.out);
  if (std::filesystem::is_directory(file))
    throw UsageError(fmt::format("--out: {} is a folder; name a file in it", file.string()));
  const ReportData data = report_data(pipeline, folder, options.images);
  write_atomically(file, report_page(data));
  nlohmann::ordered_json json = to_json(data);
  json["file"] = file.string();
  if (context.options.json)
    print_json(json);
  else
    print(file.string() + "\n");
  return 0;
}

}  // namespace

void add_report(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("report", "Show a finished run as one HTML page of charts.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FOLDER", options->folder, "run folder")->required()->type_name("");
  verb.add_option("--out", options->out, "file to write (default: FOLDER/report.html)")->type_name("FILE");
  verb.add_option("--images", options->images, "test images in the Gram matrices, two of each class at least")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{2}, std::int64_t{4000}))
      ->type_name("N");
}

}  // namespace gramstack::tool
