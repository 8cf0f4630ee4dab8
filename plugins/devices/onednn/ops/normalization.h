// Batch normalisation as a part of other steps.
#pragma once

#include "ops/norm_passes.h"
#include "plan.h"

namespace gramstack::onednn {

/// A channel normalised: factor x + shift.
struct Affine {
  float factor, shift;
  Affine(float scale, float shift_of_norm, float mean, float variance, double epsilon);
};

/// Scale, shift, mean and variance of `channels` channels, which inputs `first` .. first + 3 of an instruction are.
struct GivenStatistics {
  Affine affine(Index channel) const {
    return {scale[channel], shift[channel], mean[channel], variance[channel], epsilon};
  }
  void fold(float* factors, float* shifts) const;

  const float *scale, *shift, *mean, *variance;
  Index channels;
  double epsilon;
};

/// Mean and variance of output 0 of an instruction, which is blocked, into outputs 1 and 2, from sums of groups of its
/// pixels: [groups][3][channels], a value c of a group, the sum of y - c and that of its square. Every group is of
/// `pixels` pixels, the last one of what is left.
class ResultStatistics {
 public:
  ResultStatistics(const Preparation& preparation, Index pixels);

  std::size_t floats() const { return static_cast<std::size_t>(groups_ * 3 * channels_.channels); }
  void write(const float* sums) const;

 private:
  GroupSums total(const float* sums, Index first) const;

  Channels channels_;
  Index pixels_, groups_;
  int parts_;
  float *mean_, *variance_;
};

GivenStatistics given_statistics(const Preparation& p, std::size_t first, Index channels);

/// y = relu?(normalised y + addend?). Inputs `first` .. first + 3 of the instruction are scale, shift, mean, variance;
/// one more, if there is one, is the addend. y is output 0.
Run prepare_normalization_in_place(Preparation& preparation, std::size_t first);

}  // namespace gramstack::onednn
