#include "store/files.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "api/error.h"

namespace gramstack {
namespace {

[[noreturn]] void fail_write(const std::filesystem::path& file, std::size_t size, int error) {
  throw Error(ExitCode::resource, fmt::format("cannot write {} ({} bytes): {}", file.string(), size, strerror(error)));
}

[[noreturn]] void fail_read(const std::filesystem::path& file, int error) {
  throw Error(ExitCode::file, fmt::format("cannot read {}: {}", file.string(), strerror(error)));
}

/// 0, or the errno of the first write that failed.
int write_all(int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

/// 0, or the errno of the first step that failed. close() is checked too: some file systems report a full disk there.
int write_new(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (descriptor.number() < 0) return errno;
  if (const int error = write_all(descriptor.number(), bytes)) return error;
  if (::fsync(descriptor.number()) != 0) return errno;
  return ::close(descriptor.release()) == 0 ? 0 : errno;
}

int sync_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() < 0) return errno;
  return ::fsync(descriptor.number()) == 0 ? 0 : errno;
}

void write_by(const std::filesystem::path& temporary, const std::filesystem::path& file,
              std::span<const std::byte> bytes) {
  int error = write_new(temporary, bytes);
  if (error == 0 && ::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    fail_write(file, bytes.size(), error);
  }
  if (const int folder_error = sync_folder(file.parent_path())) fail_write(file, bytes.size(), folder_error);
}

std::span<const std::byte> bytes_of_text(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

int Descriptor::release() { return std::exchange(number_, -1); }

void write_atomically(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  std::filesystem::path temporary = file;
  temporary += ".tmp";
  write_by(temporary, file, bytes);
}

void write_among_others(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  static std::atomic<std::uint64_t> count{0};
  std::filesystem::path temporary = file;
  temporary += fmt::format(".{}-{}.tmp", ::getpid(), count++);
  write_by(temporary, file, bytes);
}

void write_among_others(const std::filesystem::path& file, std::string_view text) {
  write_among_others(file, bytes_of_text(text));
}

void write_atomically(const std::filesystem::path& file, std::string_view text) {
  write_atomically(file, bytes_of_text(text));
}

std::vector<std::byte> read_file(const std::filesystem::path& file) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (descriptor.number() < 0 || ::fstat(descriptor.number(), &status) != 0) fail_read(file, errno);
  if (!S_ISREG(status.st_mode)) fail_read(file, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(descriptor.number(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_read(file, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

std::string read_text(const std::filesystem::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

LogFile::LogFile(std::filesystem::path file, std::uint64_t length)
    : file_(std::move(file)),
      descriptor_(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)),
      length_(length) {
  struct stat status {};
  if (descriptor_.number() < 0 || ::fstat(descriptor_.number(), &status) != 0) fail_write(file_, 0, errno);
  if (static_cast<std::uint64_t>(status.st_size) < length)
    throw Error(ExitCode::file, fmt::format("{}: it has {} bytes, the checkpoint says {}: it was cut or replaced",
                                            file_.string(), status.st_size, length));
  if (::ftruncate(descriptor_.number(), static_cast<off_t>(length)) != 0) fail_write(file_, length, errno);
}

void LogFile::append(std::string_view text) {
  if (const int error = write_all(descriptor_.number(), bytes_of_text(text))) fail_write(file_, text.size(), error);
  length_ += text.size();
}

void LogFile::sync() {
  if (::fsync(descriptor_.number()) != 0) fail_write(file_, static_cast<std::size_t>(length_), errno);
}

}  // namespace gramstack
