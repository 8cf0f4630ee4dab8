#include "nvrtc.h"

#include <nvrtc.h>

#include <regex>
#include <sstream>
#include <stdexcept>

namespace gramstack::gpu_test {
namespace {

void check(nvrtcResult result) {
  if (result != NVRTC_SUCCESS) throw std::runtime_error(nvrtcGetErrorString(result));
}

std::string log_of(nvrtcProgram program) {
  std::size_t size = 0;
  check(nvrtcGetProgramLogSize(program, &size));
  std::string log(size, '\0');
  check(nvrtcGetProgramLog(program, log.data()));
  return log.c_str();
}

std::string ptx_of(nvrtcProgram program) {
  std::size_t size = 0;
  check(nvrtcGetPTXSize(program, &size));
  std::string ptx(size, '\0');
  check(nvrtcGetPTX(program, ptx.data()));
  return ptx;
}

/// "ptxas info" lines become resources, all others are messages.
void read_log(const std::string& log, Compilation& made) {
  static const std::regex entry("Compiling entry function '([^']+)'"), used("Used (\\d+) registers"),
      memory("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
  std::istringstream lines(log);
  std::smatch found;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, found, entry))
      made.resources.push_back({found[1], 0, 0, 0});
    else if (std::regex_search(line, found, memory)) {
      Resources& last = made.resources.back();
      last.stack = std::stoi(found[1]);
      last.spills = std::stoi(found[2]) + std::stoi(found[3]);
    } else if (std::regex_search(line, found, used))
      made.resources.back().registers = std::stoi(found[1]);
    else if (line.find("error") != std::string::npos || line.find("warning") != std::string::npos)
      made.messages += line + "\n";
  }
}

}  // namespace

Compilation compile_for_gpu(const std::string& text, const std::string& architecture) {
  nvrtcProgram program = nullptr;
  check(nvrtcCreateProgram(&program, text.c_str(), "kernels.cu", 0, nullptr, nullptr));
  const std::string target = "-arch=" + architecture;
  const char* const options[] = {target.c_str(), "--std=c++17", "--ptxas-options=-v"};
  const nvrtcResult result = nvrtcCompileProgram(program, 3, options);
  Compilation made;
  read_log(log_of(program), made);
  if (result == NVRTC_SUCCESS)
    made.ptx = ptx_of(program);
  else
    made.messages += nvrtcGetErrorString(result);
  check(nvrtcDestroyProgram(&program));
  return made;
}

}  // namespace gramstack::gpu_test
