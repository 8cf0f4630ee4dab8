#include "defer.h"

#include <algorithm>

#include "ops/convolution.h"
#include "rules.h"

namespace gramstack::onednn {
namespace {

/// Inputs of batch_norm.
enum : std::size_t { kX = 0, kScale = 1, kShift = 2 };

class Deferral {
 public:
  Deferral(Program& program, const Settings& settings)
      : program_(program), settings_(settings), readers_(readers(program)), needed_(needed_at_end(program)) {}

  void run() {
    for (Instruction& instruction : program_.instructions)
      if (can_be_deferred(instruction)) defer(instruction);
  }

 private:
  const std::vector<std::size_t>& readers_of(TensorId id) const { return readers_[static_cast<std::size_t>(id)]; }

  bool can_be_deferred(const Instruction& norm) const {
    if (!is_rectified_norm(norm)) return false;
    const TensorId y = norm.outputs[0];
    return !needed_[static_cast<std::size_t>(y)] &&
           std::all_of(readers_of(y).begin(), readers_of(y).end(),
                       [&](std::size_t reader) { return can_do_without(program_.instructions[reader], y, norm); });
  }

  bool can_do_without(const Instruction& reader, TensorId y, const Instruction& norm) const {
    if (std::count(reader.inputs.begin(), reader.inputs.end(), y) != 1) return false;
    return masks_with_result(reader, norm) ||
           (reader.inputs[0] == y && can_normalize_source(program_, reader, settings_));
  }

  void defer(Instruction& norm) {
    for (std::size_t position : readers_of(norm.outputs[0])) {
      Instruction& reader = program_.instructions[position];
      if (masks_with_result(reader, norm))
        mask_with_source(reader, norm);
      else
        normalize_source(reader, norm);
    }
    norm.rule = find_rule("batch_norm_statistics");
    norm.inputs = {norm.inputs[kX]};
    norm.outputs.erase(norm.outputs.begin());
    norm.attributes = {};
  }

  static void normalize_source(Instruction& convolution, const Instruction& norm) {
    convolution.rule = find_rule(std::string(convolution.rule->name) + "_normalizing");
    convolution.inputs[0] = norm.inputs[kX];
    convolution.inputs.insert(convolution.inputs.end(),
                              {norm.inputs[kScale], norm.inputs[kShift], norm.outputs[1], norm.outputs[2]});
    convolution.attributes.set("epsilon", norm.attributes.real("epsilon"));
  }

  Program& program_;
  const Settings& settings_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<bool> needed_;
};

}  // namespace

void defer_normalization(Program& program, const Settings& settings) { Deferral(program, settings).run(); }

}  // namespace gramstack::onednn
