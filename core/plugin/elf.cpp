#include "plugin/elf.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

// The core's own header, in memory: what this program's libraries must look like. Defined by the linker.
extern "C" __attribute__((visibility("hidden"))) const ElfW(Ehdr) __ehdr_start;  // NOLINT(bugprone-reserved-identifier)

namespace gramstack {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Section = ElfW(Shdr);

std::string errno_text() { return std::strerror(errno); }

std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_386:
      return "i386";
    case EM_X86_64:
      return "x86-64";
    case EM_ARM:
      return "ARM";
    case EM_AARCH64:
      return "AArch64";
    case EM_RISCV:
      return "RISC-V";
    case EM_PPC64:
      return "PowerPC64";
    default:
      return fmt::format("machine {}", machine);
  }
}

std::string class_name(unsigned char word_class) {
  if (word_class == ELFCLASS32) return "32-bit";
  return word_class == ELFCLASS64 ? "64-bit" : fmt::format("class {}", word_class);
}

class File {
 public:
  explicit File(const std::filesystem::path& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool opened() const { return descriptor_ >= 0; }

  std::uint64_t size() const {
    struct stat status {};
    return fstat(descriptor_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

  bool read(std::uint64_t offset, void* into, std::size_t bytes) const {
    char* to = static_cast<char*>(into);
    while (bytes > 0) {
      const ssize_t count = pread(descriptor_, to, bytes, static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      to += count;
      offset += static_cast<std::uint64_t>(count);
      bytes -= static_cast<std::size_t>(count);
    }
    return true;
  }

 private:
  int descriptor_;
};

bool inside(std::uint64_t offset, std::uint64_t bytes, std::uint64_t size) {
  return offset <= size && bytes <= size - offset;
}

std::string truncated(const char* what, std::uint64_t offset, std::uint64_t bytes, std::uint64_t size) {
  return fmt::format("truncated or damaged: {} of {} bytes at {} is not inside the file of {} bytes", what, bytes,
                     offset, size);
}

std::string identity_fault(const Header& header) {
  const Header& own = __ehdr_start;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return "not a shared library: does not start with \\x7fELF";
  if (header.e_ident[EI_CLASS] != own.e_ident[EI_CLASS])
    return fmt::format("not a library for this machine: built for {}, this program for {}",
                       class_name(header.e_ident[EI_CLASS]), class_name(own.e_ident[EI_CLASS]));
  if (header.e_ident[EI_DATA] != own.e_ident[EI_DATA])
    return "not a library for this machine: has the other byte order";
  if (header.e_machine != own.e_machine)
    return fmt::format("not a library for this machine: built for {}, this program for {}",
                       machine_name(header.e_machine), machine_name(own.e_machine));
  if (header.e_type != ET_DYN) return "not a shared library: an ELF file of another type";
  return "";
}

std::string segments_fault(const File& file, const Header& header, std::uint64_t size) {
  if (header.e_phentsize != sizeof(Segment) || header.e_phnum == 0 || header.e_phnum == PN_XNUM)
    return "damaged: has no table of segments";
  const std::uint64_t bytes = std::uint64_t{header.e_phnum} * sizeof(Segment);
  if (!inside(header.e_phoff, bytes, size)) return truncated("the table of segments", header.e_phoff, bytes, size);
  std::vector<Segment> segments(header.e_phnum);
  if (!file.read(header.e_phoff, segments.data(), bytes)) return "cannot be read: " + errno_text();
  bool loads = false, dynamic = false;
  for (const Segment& segment : segments) {
    if (!inside(segment.p_offset, segment.p_filesz, size))
      return truncated("a segment", segment.p_offset, segment.p_filesz, size);
    loads = loads || segment.p_type == PT_LOAD;
    dynamic = dynamic || segment.p_type == PT_DYNAMIC;
  }
  return loads && dynamic ? "" : "damaged: has no segments to load";
}

std::string sections_fault(const Header& header, std::uint64_t size) {
  if (header.e_shoff == 0) return "";
  const std::uint64_t bytes = std::uint64_t{header.e_shnum} * sizeof(Section);
  if (header.e_shnum != 0 && header.e_shentsize != sizeof(Section)) return "damaged: has sections of a wrong size";
  if (!inside(header.e_shoff, bytes, size)) return truncated("the table of sections", header.e_shoff, bytes, size);
  return "";
}

}  // namespace

std::string elf_fault(const std::filesystem::path& path) {
  const File file(path);
  if (!file.opened()) return "cannot be read: " + errno_text();
  const std::uint64_t size = file.size();
  if (size == 0) return "empty";
  Header header{};
  if (size < sizeof(Header)) return fmt::format("not a shared library: has {} bytes", size);
  if (!file.read(0, &header, sizeof(header))) return "cannot be read: " + errno_text();
  std::string fault = identity_fault(header);
  if (fault.empty()) fault = segments_fault(file, header, size);
  if (fault.empty()) fault = sections_fault(header, size);
  return fault;
}

}  // namespace gramstack
