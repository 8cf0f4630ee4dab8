// What the device's parameters ask for.
#pragma once

namespace gramstack::onednn {

enum class ConvolutionAlgorithm { automatic, direct, winograd };

struct Settings {
  int threads = 1;
  ConvolutionAlgorithm convolution = ConvolutionAlgorithm::automatic;
};

}  // namespace gramstack::onednn
