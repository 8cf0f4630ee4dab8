// Read-only bytes: a mapped file, or memory of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace gramstack {

/// [any-thread] once made. Views stay valid when the object is moved.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(std::vector<std::uint8_t> owned) : owned_(std::move(owned)), view_(owned_) {}
  /// Maps a whole regular file. Throws Error(data) naming it.
  static Bytes map(const std::filesystem::path& file);
  Bytes(Bytes&& other) noexcept;
  Bytes& operator=(Bytes&& other) noexcept;
  ~Bytes();

  std::span<const std::uint8_t> view() const { return view_; }
  std::size_t size() const { return view_.size(); }

 private:
  void swap(Bytes& other) noexcept;

  std::vector<std::uint8_t> owned_;
  std::span<const std::uint8_t> view_;
  bool mapped_ = false;
};

}  // namespace gramstack
