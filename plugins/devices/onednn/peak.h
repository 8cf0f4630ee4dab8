// What the processor can do at the most: the measure that the speed of a step is held against.
#pragma once

namespace gramstack::onednn {

/// Floating-point operations a second of `threads` threads that multiply and add in registers only; the best of a few
/// hundredths of a second. 0 where no kernel for it was compiled or the processor lacks AVX2 and FMA.
double measure_peak(int threads);

}  // namespace gramstack::onednn
