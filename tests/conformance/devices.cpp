#include "devices.h"

#include <stdexcept>

#include "api/error.h"

namespace gramstack::conformance {
namespace {

TestedDevice make(const std::string& name) {
  try {
    return {name, test::device(name), ""};
  } catch (const Error& error) {
    if (error.code() != ExitCode::device) throw;
    return {name, nullptr, error.what()};
  }
}

std::vector<TestedDevice> make_all() {
  std::vector<TestedDevice> devices;
  for (const std::string& name : test::plugins().names(GRAMSTACK_DEVICE)) devices.push_back(make(name));
  return devices;
}

}  // namespace

const std::vector<TestedDevice>& all_devices() {
  static const std::vector<TestedDevice> devices = make_all();
  return devices;
}

Device& reference() {
  for (const TestedDevice& tested : all_devices())
    if (tested.name == "reference") return *tested.device;
  throw std::runtime_error("the build tree has no device 'reference'");
}

std::vector<TestedDevice> compared_devices() {
  std::vector<TestedDevice> devices;
  for (const TestedDevice& tested : all_devices())
    if (tested.device && tested.name != "reference") devices.push_back(tested);
  return devices;
}

}  // namespace gramstack::conformance
