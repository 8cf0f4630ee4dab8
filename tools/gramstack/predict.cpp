#include <fmt/core.h>

#include <algorithm>

#include "command_line.h"
#include "image.h"
#include "recorded.h"
#include "training/train.h"

namespace gramstack::tool {
namespace {

struct Options {
  std::string folder;
  std::vector<std::string> images;
};

std::size_t best(const std::vector<float>& scores) {
  return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

/// One line an image, fields separated by tabs: file, class, every class's score.
std::string line_of(const std::string& image, const std::vector<float>& scores,
                    const std::vector<std::string>& classes) {
  std::string line = image + "\t" + classes[best(scores)];
  for (std::size_t i = 0; i < classes.size(); ++i) line += fmt::format("\t{}={:.4f}", classes[i], scores[i]);
  return line + "\n";
}

nlohmann::json json_of(const std::string& image, const std::vector<float>& scores,
                       const std::vector<std::string>& classes) {
  nlohmann::json by_class = nlohmann::json::object();
  for (std::size_t i = 0; i < classes.size(); ++i) by_class[classes[i]] = scores[i];
  return {{"image", image}, {"class", classes[best(scores)]}, {"label", best(scores)}, {"scores", by_class}};
}

int act(const Options& options, Context& context) {
  const Pipeline pipeline = recorded_pipeline(options.folder, context);
  const ImageFormat format = pipeline.data.dataset->format();
  std::vector<std::vector<std::uint8_t>> images;
  for (const std::string& image : options.images) images.push_back(read_image(image, format));
  TrainedStack stack(pipeline, options.folder);
  const std::vector<std::vector<float>> scores = stack.scores(images);
  const std::vector<std::string> classes = pipeline.data.dataset->classes();
  nlohmann::json document = nlohmann::json::array();
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (context.options.json)
      document.push_back(json_of(options.images[i], scores[i], classes));
    else
      print(line_of(options.images[i], scores[i], classes));
  }
  if (context.options.json) print_json(document);
  return 0;
}

}  // namespace

void add_predict(CommandLine& line) {
  const std::shared_ptr<Options> options = std::make_shared<Options>();
  CLI::App& verb = line.add_verb("predict", "Classify image files with a trained stack.",
                                 [options](Context& context) { return act(*options, context); });
  verb.add_option("FOLDER", options->folder, "run folder")->required()->type_name("");
  verb.add_option("IMAGE", options->images, "PNG, JPEG, PGM or PPM files of the data set's size")
      ->required()
      ->type_name("");
}

}  // namespace gramstack::tool
