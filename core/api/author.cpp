#include "api/author.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

namespace gramstack {
namespace {

/// Copies as much of `text` as fits, cut between UTF-8 characters.
void copy_text(std::string_view text, gramstack_error* error) noexcept {
  std::size_t length = std::min(text.size(), sizeof(error->text) - 1);
  if (length < text.size())
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  std::memcpy(error->text, text.data(), length);
  error->text[length] = '\0';
}

void set(gramstack_error* error, ExitCode code, std::string_view text) noexcept {
  error->code = static_cast<std::int32_t>(code);
  copy_text(text, error);
}

std::int32_t index_of(std::span<const gramstack_param> params, std::string_view name) {
  for (std::size_t i = 0; i < params.size(); ++i)
    if (params[i].name == name) return static_cast<std::int32_t>(i);
  return -1;
}

void blame(std::span<const gramstack_param> params, const BadParameter& fault, gramstack_error* error) {
  error->param = index_of(params, fault.parameter());
  if (error->param >= 0)
    set(error, fault.code(), fault.what());
  else
    set(error, ExitCode::plugin,
        fmt::format("blames '{}', which is none of its parameters: {}", fault.parameter(), fault.what()));
}

}  // namespace

std::size_t Arguments::index(std::string_view name, gramstack_type type) const {
  const std::int32_t found = index_of(params_, name);
  if (found < 0) throw std::logic_error(fmt::format("asks for '{}', which is none of its parameters", name));
  const std::size_t at = static_cast<std::size_t>(found);
  if (params_[at].type != type) throw std::logic_error(fmt::format("asks for '{}' as another type than its own", name));
  return at;
}

bool Arguments::boolean(std::string_view name) const { return values_[index(name, GRAMSTACK_BOOL)].as.integer != 0; }

std::int64_t Arguments::integer(std::string_view name) const { return values_[index(name, GRAMSTACK_INT)].as.integer; }

double Arguments::real(std::string_view name) const { return values_[index(name, GRAMSTACK_REAL)].as.real; }

std::string Arguments::text(std::string_view name) const {
  const std::int32_t found = index_of(params_, name);
  const bool path = found >= 0 && params_[static_cast<std::size_t>(found)].type == GRAMSTACK_PATH;
  const gramstack_value& value = values_[index(name, path ? GRAMSTACK_PATH : GRAMSTACK_TEXT)];
  return {value.as.text, value.n};
}

std::string Arguments::choice(std::string_view name) const {
  const std::size_t at = index(name, GRAMSTACK_CHOICE);
  std::string_view words = params_[at].choices;
  for (std::int64_t skip = values_[at].as.integer; skip > 0; --skip) words.remove_prefix(words.find('|') + 1);
  return std::string(words.substr(0, words.find('|')));
}

std::vector<std::int64_t> Arguments::integers(std::string_view name) const {
  const gramstack_value& value = values_[index(name, GRAMSTACK_INTS)];
  return {value.as.ints, value.as.ints + value.n};
}

std::vector<double> Arguments::reals(std::string_view name) const {
  const gramstack_value& value = values_[index(name, GRAMSTACK_REALS)];
  return {value.as.reals, value.as.reals + value.n};
}

std::vector<std::filesystem::path> Arguments::data_folders() const {
  if (host_ == nullptr) return {};
  return {host_->data_folders, host_->data_folders + host_->n_data_folders};
}

void fill_error(std::span<const gramstack_param> params, gramstack_error* error) noexcept {
  error->param = -1;
  try {
    throw;
  } catch (const BadParameter& fault) {
    try {
      blame(params, fault, error);
    } catch (...) {
      set(error, fault.code(), fault.what());
    }
  } catch (const Error& fault) {
    set(error, fault.code(), fault.what());
  } catch (const std::bad_alloc&) {
    set(error, ExitCode::resource, "out of memory");
  } catch (const std::exception& fault) {
    set(error, ExitCode::plugin, fault.what());
  } catch (...) {
    set(error, ExitCode::plugin, "threw something that is not a std::exception");
  }
}

}  // namespace gramstack
