// Kernel: the nonlinearity a hidden module ends with, seen as a feature map (method: Duan, Yu, Principe, "Modularizing
// Deep Learning via Pairwise Learning With Kernels"): k(u,v) = <phi(u),phi(v)> with ||phi(u)|| = 1.
#pragma once

#include "api/builder.h"

namespace gramstack {

struct KernelRange {
  double min, max;  ///< values of k: infimum (reached or not) and k(u,u)
};

/// [any-thread] after construction.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual KernelRange range() const = 0;
  /// The Gram matrix [n,n] of a batch of pre-activations [n, ...].
  virtual Value gram(Builder& builder, Value preactivation) const = 0;
  /// What the module above is given. Feature maps to vectors [n,d] are unit-normalised; maps [n,c,h,w] are passed on
  /// as they are, for the convolutions above. Kernels without a finite phi: k(u, centre_j), or a phi approximated by
  /// the centres, [n, centres].
  virtual Value features(Builder& builder, Value preactivation) const = 0;
};

/// Gram matrix of the unit-normalised, flattened feature map phi [n, ...].
inline Value unit_gram(Builder& builder, Value phi) {
  return builder.gram(builder.unit_normalize(builder.flatten(phi)));
}

/// phi as Kernel::features passes it on.
inline Value unit_features(Builder& builder, Value phi) {
  return builder.shape(phi).size() == 2 ? builder.unit_normalize(phi) : phi;
}

}  // namespace gramstack
