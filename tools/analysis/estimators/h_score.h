// H-score: how much of the features' covariance is between the classes.
#pragma once

#include "estimators/features.h"

namespace gramstack::analysis {

/// tr(cov(f)^-1 cov(E[f|y])) with the pseudo-inverse (Bao et al., "An information-theoretic approach to
/// transferability in task transfer learning", 2019). From 0 to the number of classes less one.
double h_score(const LabelledRows& features);

/// The same with the covariance shrunk towards a multiple of the identity as Ledoit and Wolf (2004) say how far, and
/// the other factor by one minus that share (Ibrahim et al., "Newer is not always better", 2022).
double regularized_h_score(const LabelledRows& features);

}  // namespace gramstack::analysis
