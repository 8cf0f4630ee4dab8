#include "files/bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "api/error.h"

namespace gramstack {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
  throw Error(ExitCode::data, fmt::format("{}: {}", file.string(), what));
}

class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& file) : number_(open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0) fail(file, std::strerror(errno));
  }
  ~Descriptor() { close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

Bytes Bytes::map(const std::filesystem::path& file) {
  const Descriptor descriptor(file);
  struct stat status {};
  if (fstat(descriptor.number(), &status) != 0) fail(file, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) fail(file, "not a regular file");
  Bytes bytes;
  const std::size_t size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return bytes;
  void* const start = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number(), 0);
  if (start == MAP_FAILED) fail(file, std::strerror(errno));
  bytes.view_ = {static_cast<const std::uint8_t*>(start), size};
  bytes.mapped_ = true;
  return bytes;
}

Bytes::Bytes(Bytes&& other) noexcept { swap(other); }

Bytes& Bytes::operator=(Bytes&& other) noexcept {
  swap(other);
  return *this;
}

Bytes::~Bytes() {
  if (mapped_) munmap(const_cast<std::uint8_t*>(view_.data()), view_.size());
}

void Bytes::swap(Bytes& other) noexcept {
  owned_.swap(other.owned_);
  std::swap(view_, other.view_);
  std::swap(mapped_, other.mapped_);
}

}  // namespace gramstack
