// Batch normalisation as a part of other steps.
#pragma once

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

GivenStatistics given_statistics(const Preparation& p, std::size_t first, Index channels);

/// y = relu?(normalised y + addend?). Inputs `first` .. first + 3 of the instruction are scale, shift, mean, variance;
/// one more, if there is one, is the addend. y is output 0.
Run prepare_normalization_in_place(Preparation& preparation, std::size_t first);

}  // namespace gramstack::onednn
