#include "training/whitening.h"

#include <fmt/core.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace gramstack {
namespace {

constexpr std::int64_t kMostImages = 2000;

void check_shape(const Network& network, const std::string& name, const Shape& shape) {
  const ImageFormat& format = network.format;
  const auto wants = [&](const std::string& what) {
    throw Error(ExitCode::configuration,
                fmt::format("{}: whitening filters want {}; they are {}", name, what, to_string(shape)));
  };
  if (shape.size() != 4 || shape[1] != format.channels)
    wants(fmt::format("to read the images' {} channels", format.channels));
  if (shape[2] > format.height || shape[3] > format.width)
    wants(fmt::format("to fit into images of {} x {}", format.height, format.width));
  const std::int64_t most = 2 * shape[1] * shape[2] * shape[3];
  if (shape[0] % 2 != 0 || shape[0] > most) wants(fmt::format("to be an even number of filters, at most {}", most));
}

/// One image as the network sees it, [c,h,w].
std::vector<double> normalised(const Network& network, const std::uint8_t* pixels) {
  const std::size_t plane = static_cast<std::size_t>(network.format.height * network.format.width);
  std::vector<double> values(static_cast<std::size_t>(network.format.bytes()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = (pixels[i] / 255.0 - network.mean[i / plane]) / network.deviation[i / plane];
  return values;
}

/// The patch at (top, left) as a vector, ordered as a filter is.
void read_patch(const ImageFormat& format, const std::vector<double>& image, const Shape& shape, std::int64_t top,
                std::int64_t left, Eigen::VectorXd& patch) {
  Eigen::Index at = 0;
  for (std::int64_t c = 0; c < shape[1]; ++c)
    for (std::int64_t y = top; y < top + shape[2]; ++y)
      for (std::int64_t x = left; x < left + shape[3]; ++x)
        patch[at++] = image[static_cast<std::size_t>((c * format.height + y) * format.width + x)];
}

/// The mean of patch patch^T over all patches of some images.
Eigen::MatrixXd second_moments(const Network& network, const Examples& training, const Shape& shape) {
  const ImageFormat& format = network.format;
  const Eigen::Index size = static_cast<Eigen::Index>(shape[1] * shape[2] * shape[3]);
  Eigen::MatrixXd moments = Eigen::MatrixXd::Zero(size, size);
  Eigen::VectorXd patch(size);
  const std::int64_t images = std::min(kMostImages, training.size());
  for (std::int64_t i = 0; i < images; ++i) {
    const std::vector<double> image = normalised(network, training.pixels(i * training.size() / images));
    for (std::int64_t top = 0; top + shape[2] <= format.height; ++top)
      for (std::int64_t left = 0; left + shape[3] <= format.width; ++left) {
        read_patch(format, image, shape, top, left, patch);
        moments.selfadjointView<Eigen::Lower>().rankUpdate(patch);
      }
  }
  const std::int64_t patches = (format.height - shape[2] + 1) * (format.width - shape[3] + 1);
  moments /= static_cast<double>(images * patches);
  return moments;
}

}  // namespace

// The solver reads the lower triangle and sorts eigenvalues upwards.
std::vector<float> whitening_filters(const Network& network, const Examples& training, const std::string& name,
                                     const Shape& shape, double epsilon) {
  check_shape(network, name, shape);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(second_moments(network, training, shape));
  const Eigen::Index size = solver.eigenvalues().size();
  std::vector<float> filters(static_cast<std::size_t>(elements(shape)));
  const std::size_t half = filters.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    const Eigen::Index direction = size - 1 - static_cast<Eigen::Index>(i) / size;
    const double value = solver.eigenvectors()(static_cast<Eigen::Index>(i) % size, direction) /
                         std::sqrt(std::max(solver.eigenvalues()[direction], 0.0) + epsilon);
    filters[i] = static_cast<float>(value);
    filters[half + i] = static_cast<float>(-value);
  }
  return filters;
}

}  // namespace gramstack
