#include "plugin/library.h"

#include <exception>
#include <mutex>
#include <string>
#include <vector>  // Boost.DLL 1.74 uses it without including it

#include <boost/dll/shared_library.hpp>

#include "api/error.h"

namespace gramstack {

struct Library::Handle {
  boost::dll::shared_library library;
};

namespace {

bool drop_prefix(std::string& text, const std::string& prefix) {
  if (!text.starts_with(prefix)) return false;
  text.erase(0, prefix.size());
  return true;
}

void drop_suffix(std::string& text, const std::string& suffix) {
  if (text.ends_with(suffix)) text.resize(text.size() - suffix.size());
}

/// Boost wraps dlerror's text in words of its own and ends it with an errno text that has nothing to do with it.
std::string loader_text(std::string text, const boost::dll::fs::error_code& code, const std::string& file) {
  drop_suffix(text, ": " + code.message());
  if (drop_prefix(text, "boost::dll::shared_library::load() failed (dlerror system message: ")) drop_suffix(text, ")");
  drop_prefix(text, file + ": ");
  return text;
}

/// What the loader says, "" when it opened the file. Whether an exception of a static constructor passes the loader
/// depends on the compiler, and the loader stays locked when it does: it always ends the process.
std::string open(boost::dll::shared_library& library, const std::filesystem::path& file) {
  try {
    library.load(file, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    return "";
  } catch (const boost::dll::fs::system_error& error) {
    return loader_text(error.what(), error.code(), file.string());
  } catch (...) {
    std::terminate();
  }
}

}  // namespace

Library::Library(const std::filesystem::path& file) : handle_(std::make_shared<Handle>()) {
  const std::string fault = open(handle_->library, file);
  if (!fault.empty()) throw Error(ExitCode::plugin, "cannot be loaded: " + fault);
}

const void* Library::find(const char* symbol) const {
  if (!handle_->library.has(symbol)) return nullptr;
  return &handle_->library.get<const char>(symbol);
}

void Library::keep_loaded() const {
  static std::mutex mutex;
  // Leaked on purpose: Boost.DLL has no RTLD_NODELETE, and static destructors would close what is in a vector.
  static std::vector<std::shared_ptr<Handle>>* const kept = new std::vector<std::shared_ptr<Handle>>;
  const std::lock_guard<std::mutex> lock(mutex);
  kept->push_back(handle_);
}

}  // namespace gramstack
