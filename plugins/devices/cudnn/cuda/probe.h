// What GPU and driver this machine has, and what is wrong with them.
#pragma once

#include <string>

namespace gramstack::cudnn {

struct Probe {
  int driver = 0;           ///< the CUDA version that the driver supports, 13000 for 13.0; 0: no driver
  int gpus = 0;             ///< that the driver shows
  int index = 0;            ///< of the GPU that was asked for
  std::string error;        ///< what counting the GPUs said, where there is a driver
  std::string visible;      ///< CUDA_VISIBLE_DEVICES where it is set
  bool is_limited = false;  ///< whether it is set
  std::string name;         ///< of the GPU, likewise below
  int major = 0, minor = 0;
  int processors = 0;
};

/// Takes no longer than the driver does; throws nothing.
Probe probe(int index);

/// What is missing, in two or three lines: what was found, what is needed. Empty: nothing.
std::string complaint(const Probe& probe);

}  // namespace gramstack::cudnn
