// What a report shows of a finished run: its own numbers, and what its hidden modules make of test images.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/kernel.h"
#include "statistics/spectrum.h"
#include "training/train.h"

namespace gramstack::tool {

/// Values by epoch of one line of training.
struct LearningCurve {
  std::string module;
  std::vector<double> epochs, loss, validation;  ///< validation: as many, or none
  std::string validation_name;                   ///< "objective" or "accuracy"
};

/// What a hidden module makes of the images.
struct GramView {
  std::vector<float> gram;  ///< images sorted by class
  double alignment = 0;     ///< with the ideal matrix, without the diagonal
  std::vector<double> eigenvalues;
  std::vector<double> pair_means;  ///< [classes,classes]
  analysis::Projection projection;
};

struct HiddenView {
  std::string name;
  KernelRange range{0, 1};
  GramView before, after;  ///< its training: with initial weights, and with those kept
  std::vector<float> ideal;
};

struct ReportData {
  std::filesystem::path folder;
  std::string pipeline, device, build, resolved, data_fingerprint;
  std::uint64_t seed = 0;
  std::string way;  ///< how its modules were trained, for its heading
  RunReport run;
  std::vector<std::string> classes;
  Evaluation test;
  std::vector<LearningCurve> curves;
  std::vector<std::int32_t> labels;  ///< of the images that hidden modules are shown
  std::vector<HiddenView> hidden;
};

/// `images`: how many test images hidden modules are shown, at most, equally many of each class and two at least.
/// Throws Error(file) when the folder holds no finished run.
ReportData report_data(const Pipeline& pipeline, const std::filesystem::path& folder, std::int64_t images);

std::vector<LearningCurve> learning_curves(const std::filesystem::path& metrics);

/// Without matrices of images.
nlohmann::ordered_json to_json(const ReportData& data);

}  // namespace gramstack::tool
