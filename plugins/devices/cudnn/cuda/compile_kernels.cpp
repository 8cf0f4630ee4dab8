#include "cuda/compile_kernels.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/error.h"
#include "cuda/check.h"
#include "cuda/libraries.h"
#include "plugin/folders.h"
#include "store/files.h"
#include "store/sha256.h"

namespace gramstack::cudnn {
namespace {

// No fast arithmetic: results are the reference's to rounding.
const std::vector<std::string> kOptions = {"--std=c++17", "--extra-device-vectorization", "--ptxas-options=-v",
                                           "--define-macro=GRAMSTACK_NVRTC=1"};

/// One translation unit of NVRTC.
class Unit {
 public:
  explicit Unit(const std::string& text) {
    check(nvrtc_.nvrtcCreateProgram(&program_, text.c_str(), "kernels.cu", 0, nullptr, nullptr), "NVRTC");
  }
  ~Unit() { nvrtc_.nvrtcDestroyProgram(&program_); }
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;

  void compile(const std::string& architecture) {
    const std::string target = "--gpu-architecture=" + architecture;
    std::vector<const char*> options = {target.c_str()};
    for (const std::string& option : kOptions) options.push_back(option.c_str());
    const nvrtcResult result = nvrtc_.nvrtcCompileProgram(program_, static_cast<int>(options.size()), options.data());
    if (result == NVRTC_ERROR_COMPILATION)
      throw Error(ExitCode::device,
                  fmt::format("device cudnn: a kernel does not compile for {}:\n{}", architecture, log()));
    check(result, "NVRTC for " + architecture);
  }

  std::string log() const {
    std::size_t size = 0;
    check(nvrtc_.nvrtcGetProgramLogSize(program_, &size), "NVRTC");
    std::string text(size, '\0');
    if (size > 0) check(nvrtc_.nvrtcGetProgramLog(program_, text.data()), "NVRTC");
    while (!text.empty() && text.back() == '\0') text.pop_back();
    return text;
  }

  std::string image(bool machine_code) const {
    std::size_t size = 0;
    const auto size_of = machine_code ? nvrtc_.nvrtcGetCUBINSize : nvrtc_.nvrtcGetPTXSize;
    const auto get = machine_code ? nvrtc_.nvrtcGetCUBIN : nvrtc_.nvrtcGetPTX;
    check(size_of(program_, &size), "NVRTC");
    std::string bytes(size, '\0');
    check(get(program_, bytes.data()), "NVRTC");
    return bytes;
  }

 private:
  const NvrtcLibrary& nvrtc_ = nvrtc_library();
  nvrtcProgram program_ = nullptr;
};

std::string cache_key(const std::string& text, const std::string& architecture) {
  int major = 0, minor = 0;
  check(nvrtc_library().nvrtcVersion(&major, &minor), "NVRTC");
  Sha256 digest;
  digest.add(fmt::format("{} {}.{} {}\n", architecture, major, minor, fmt::join(kOptions, " ")));
  digest.add(text);
  return digest.finish();
}

}  // namespace

KernelImage compile_kernels(const std::string& text, const std::string& architecture) {
  Unit unit(text);
  unit.compile(architecture);
  return {unit.image(architecture.starts_with("sm_")), unit.log()};
}

KernelImage cached_kernels(const std::string& text, const std::string& architecture,
                           const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / (cache_key(text, architecture) + ".image");
  std::error_code error;
  if (!folder.empty() && std::filesystem::exists(file, error)) try {
      return {read_text(file), ""};
    } catch (const Error&) {  // it is compiled again
    }
  KernelImage made = compile_kernels(text, architecture);
  if (!folder.empty()) try {
      std::filesystem::create_directories(folder, error);
      write_atomically(file, std::string_view(made.bytes));
    } catch (const Error&) {  // nothing is kept
    }
  return made;
}

std::filesystem::path kernel_cache() {
  const std::filesystem::path base = user_folder("XDG_CACHE_HOME", ".cache");
  return base.empty() ? base : base / "gramstack" / "cuda";
}

std::string architecture_of(int major, int minor) {
  const NvrtcLibrary& nvrtc = nvrtc_library();
  int count = 0;
  check(nvrtc.nvrtcGetNumSupportedArchs(&count), "NVRTC");
  std::vector<int> known(static_cast<std::size_t>(count));
  check(nvrtc.nvrtcGetSupportedArchs(known.data()), "NVRTC");
  const int wanted = major * 10 + minor;
  if (std::find(known.begin(), known.end(), wanted) != known.end()) return fmt::format("sm_{}", wanted);
  int newest = known.at(0);
  for (int architecture : known)
    if (architecture <= wanted) newest = std::max(newest, architecture);
  return fmt::format("compute_{}", newest);
}

}  // namespace gramstack::cudnn
