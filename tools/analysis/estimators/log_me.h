// LogME: the evidence for a linear model of the labels on the features.
#pragma once

#include "estimators/features.h"

namespace gramstack::analysis {

/// The logarithm of the maximum evidence, an example, of a Bayesian linear regression of each class's indicator on the
/// features, the mean over classes (You et al., "LogME: practical assessment of pre-trained models for transfer
/// learning", 2021).
double log_me(const LabelledRows& features);

}  // namespace gramstack::analysis
