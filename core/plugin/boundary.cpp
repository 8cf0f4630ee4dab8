#include "plugin/boundary.h"

#include <fmt/format.h>

#include <new>

#include "api/error.h"

namespace gramstack {

void rethrow_as_own(std::string_view place) {
  try {
    throw;
  } catch (const BadParameter& error) {
    throw BadParameter(error.parameter(), error.what());
  } catch (const Error& error) {
    throw Error(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    throw Error(ExitCode::resource, fmt::format("{}: out of memory", place));
  } catch (const std::exception& error) {
    throw Error(ExitCode::plugin, fmt::format("{}: {}", place, error.what()));
  } catch (...) {
    throw Error(ExitCode::plugin, fmt::format("{}: threw something that is not a std::exception", place));
  }
}

}  // namespace gramstack
