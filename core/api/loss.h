// Loss: what a module is trained to minimise. Pairwise losses train hidden modules from a Gram matrix and the pairs
// known to be of the same or of different classes; supervised losses train output modules, and hidden ones
// through a head, from scores and labels.
#pragma once

#include "api/builder.h"
#include "api/kernel.h"

namespace gramstack {

enum class Supervision { pairs, labels };

struct LossInput {
  Value prediction;     ///< pairs: Gram matrix K [n,n]; labels: scores [n,classes]
  PairMasks pairs;      ///< pairs only
  Value one_hot;        ///< labels only: [n,classes]
  KernelRange range{};  ///< pairs only: of the kernel that made K
};

/// [any-thread] after construction.
class Loss {
 public:
  virtual ~Loss() = default;
  virtual Supervision supervision() const = 0;
  /// Throws BadParameter when the loss is undefined for a kernel of this range. Called before any work starts.
  virtual void check(KernelRange) const {}
  /// A scalar to be MINIMISED. For pairwise losses it is the negative of the method's objective, and reports show the
  /// objective. Defined and finite, with a finite gradient, for any masks: all same, all different, one image.
  virtual Value emit(Builder& builder, const LossInput& input) const = 0;
};

/// A scalar count of the ones of a mask, of pairs or of images, at least 1: a divisor that is never zero.
inline Value count_pairs(Builder& builder, Value mask) { return builder.maximum(builder.sum(mask), 1.0); }

/// [n,1]: one for images that are in a known pair with another, else zero.
inline Value known_images(Builder& builder, const PairMasks& pairs) {
  const Value half = builder.constant(0.5);
  return builder.greater(builder.sum(builder.add(pairs.same, pairs.different), {1}, true), half);
}

/// The Gram matrix of features whose mean over `images`, ones of [n,1], is taken out; of a symmetric `gram` [n,n].
inline Value without_mean(Builder& builder, Value gram, Value images) {
  const Value size = count_pairs(builder, images);
  const Value rows = builder.divide(builder.matmul(gram, images), size);
  const Value all = builder.divide(builder.sum(builder.multiply(rows, images)), size);
  const Value columns = builder.transpose(rows);
  return builder.add(builder.subtract(builder.subtract(gram, rows), columns), all);
}

}  // namespace gramstack
