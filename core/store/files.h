// Files that are whole or not there: atomic replacement, and logs whose length is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gramstack {

/// A POSIX file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  int release();

 private:
  int number_;
};

/// Replaces `file` by `bytes` in one step, durably: whoever reads it finds the old or the new content whole, also after
/// a power cut. Throws Error(resource) naming file and size when the disk is full or fails; the old content stays.
/// One writer a file: the new content is prepared beside it under the name "FILE.tmp".
void write_atomically(const std::filesystem::path& file, std::span<const std::byte> bytes);
void write_atomically(const std::filesystem::path& file, std::string_view text);

/// The same where other processes may be writing the same file: the new content is prepared under a name that no other
/// writer has, which ends in ".tmp".
void write_among_others(const std::filesystem::path& file, std::span<const std::byte> bytes);
void write_among_others(const std::filesystem::path& file, std::string_view text);

std::vector<std::byte> read_file(const std::filesystem::path& file);  ///< Throws Error(file) naming it.
std::string read_text(const std::filesystem::path& file);

/// A text file that only grows, apart from being cut back when it is opened.
class LogFile {
 public:
  /// Opens or makes it and cuts it to `length`. Throws Error(file) when it is shorter.
  LogFile(std::filesystem::path file, std::uint64_t length);
  void append(std::string_view text);
  void sync();  ///< what was appended is on the disk when this returns
  std::uint64_t length() const { return length_; }

 private:
  std::filesystem::path file_;
  Descriptor descriptor_;
  std::uint64_t length_;
};

}  // namespace gramstack
