// What is refused before the loader sees it.
#include <doctest/doctest.h>

#include <elf.h>
#include <link.h>
#include <sys/stat.h>

#include <cstring>

#include "plugin/elf.h"
#include "plugin/trust.h"
#include "temporary.h"

using namespace gramstack;
using test::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

/// The message about a file x.so with this content.
std::string message(const std::string& content) {
  const TemporaryFolder folder;
  folder.write("x.so", content);
  return test::load_message(folder);
}

ElfW(Ehdr) header_of(const std::string& bytes) {
  ElfW(Ehdr) header;
  REQUIRE(bytes.size() >= sizeof(header));
  std::memcpy(&header, bytes.data(), sizeof(header));
  return header;
}

std::string with_header(std::string bytes, const ElfW(Ehdr) & header) {
  std::memcpy(bytes.data(), &header, sizeof(header));
  return bytes;
}

}  // namespace

TEST_CASE("files: what is not a shared library") {
  CHECK(message("") == "DIR/x.so: empty");
  CHECK(message("hello") == "DIR/x.so: not a shared library: has 5 bytes");
  CHECK(message(std::string(500, 'a')) == "DIR/x.so: not a shared library: does not start with \\x7fELF");
}

TEST_CASE("files: a shared library for something else") {
  const std::string good = test::library_bytes("good");
  ElfW(Ehdr) header = header_of(good);
  header.e_machine = EM_RISCV;
  CHECK(message(with_header(good, header)).starts_with("DIR/x.so: not a library for this machine: built for RISC-V, "));
  header.e_machine = 12345;
  CHECK(message(with_header(good, header))
            .starts_with("DIR/x.so: not a library for this machine: built for machine 12345, this program for "));
  header = header_of(good);
  header.e_ident[EI_CLASS] = 77;
  CHECK(message(with_header(good, header))
            .starts_with("DIR/x.so: not a library for this machine: built for class 77, this program for "));
  header.e_ident[EI_CLASS] = ELFCLASS32;
  CHECK((sizeof(void*) != 8 ||
         message(with_header(good, header)) ==
             "DIR/x.so: not a library for this machine: built for 32-bit, this program for 64-bit"));
  header = header_of(good);
  header.e_ident[EI_DATA] ^= 3;
  CHECK(message(with_header(good, header)) == "DIR/x.so: not a library for this machine: has the other byte order");
  header = header_of(good);
  header.e_type = ET_EXEC;
  CHECK(message(with_header(good, header)) == "DIR/x.so: not a shared library: an ELF file of another type");
}

TEST_CASE("files: a damaged header") {
  const std::string good = test::library_bytes("good");
  ElfW(Ehdr) header = header_of(good);
  header.e_phnum = 0;
  CHECK(message(with_header(good, header)) == "DIR/x.so: damaged: has no table of segments");
  header = header_of(good);
  header.e_phnum = 1;
  CHECK(message(with_header(good, header)) == "DIR/x.so: damaged: has no segments to load");
  header = header_of(good);
  header.e_shentsize = 1;
  CHECK(message(with_header(good, header)) == "DIR/x.so: damaged: has sections of a wrong size");
  header = header_of(good);
  header.e_phoff = ~ElfW(Off){0} - 8;
  CHECK(message(with_header(good, header)).starts_with("DIR/x.so: truncated or damaged: the table of segments of "));
}

TEST_CASE("files: a truncated library is told from its header") {
  const std::string good = test::library_bytes("good");
  const std::size_t half = good.size() / 2;
  CHECK(message(good.substr(0, half)).starts_with("DIR/x.so: truncated or damaged: "));
  CHECK(message(good.substr(0, half)).ends_with(" is not inside the file of " + std::to_string(half) + " bytes"));
  const ElfW(Ehdr) header = header_of(good);
  CHECK(message(good.substr(0, good.size() - 1)) ==
        "DIR/x.so: truncated or damaged: the table of sections of " +
            std::to_string(std::size_t{header.e_shnum} * header.e_shentsize) + " bytes at " +
            std::to_string(header.e_shoff) + " is not inside the file of " + std::to_string(good.size() - 1) +
            " bytes");
}

TEST_CASE("files: a library cut anywhere is refused without being loaded") {
  const TemporaryFolder folder;
  const std::string good = test::library_bytes("good");
  const fs::path whole = folder.write("whole.so", good);
  REQUIRE(elf_fault(whole) == "");
  for (std::size_t size = 0; size < good.size(); size += 1 + good.size() / 200) {
    const fs::path file = folder.write("cut.so", good.substr(0, size));
    CHECK_MESSAGE(elf_fault(file) != "", size);
  }
}

TEST_CASE("files: folders, links and other things named like a plugin") {
  const TemporaryFolder folder;
  REQUIRE(fs::create_directory(folder / "a.so"));
  fs::create_symlink("missing", folder / "b.so");
  REQUIRE(mkfifo((folder / "c.so").c_str(), 0600) == 0);
  CHECK(test::load_message(folder) ==
        "DIR/a.so: not a plugin: a folder\n"
        "DIR/b.so: cannot be read: No such file or directory\n"
        "DIR/c.so: not a plugin: not a regular file");
}

TEST_CASE("files: other names and hidden files are passed over") {
  const TemporaryFolder folder;
  folder.write("README.md", "text");
  folder.write(".good.so", "half copied");
  folder.write("libx.so.1", "text");
  folder.write("so", "text");
  CHECK(test::load_message(folder) == "");
}

TEST_CASE("files: a plugin that is reached in two ways is loaded once") {
  const TemporaryFolder folder, other;
  const fs::path file = folder.add("good");
  fs::create_symlink(file, folder / "link.so");
  fs::create_directory_symlink(folder.path(), other / "again");
  const Registry registry = test::load({folder.path(), other / "again", folder.path() / "."});
  REQUIRE(registry.components().size() == 2);
  CHECK(registry.components()[0].file == file);
}

TEST_CASE("files: a folder that does not exist is passed over, one that is none is not") {
  const TemporaryFolder folder;
  CHECK(test::load({folder / "missing"}).components().empty());
  const std::string file = folder.write("file", "text").string();
  std::string text;
  try {
    test::load({file, file + "/plugins"});
  } catch (const Error& error) {
    text = error.what();
  }
  CHECK(text == file + ": cannot be read: Not a directory\n" + file + "/plugins: cannot be read: Not a directory");
}

TEST_CASE("files: what everybody may write is refused") {
  const TemporaryFolder folder;
  const fs::path file = folder.add("good");
  REQUIRE(chmod(file.c_str(), 0666) == 0);
  CHECK(test::load_message(folder) == "DIR/good.so: refused: everybody may write it; run: chmod o-w");
  REQUIRE(chmod(file.c_str(), 0600) == 0);
  CHECK(test::load_message(folder) == "");
  REQUIRE(chmod(folder.path().c_str(), 0777) == 0);
  CHECK(test::load_message(folder) == "DIR: refused: everybody may write it; run: chmod o-w");
}

TEST_CASE("files: a link into a folder that everybody may write is refused") {
  const TemporaryFolder folder, open;
  fs::create_symlink(open.add("good"), folder / "good.so");
  REQUIRE(chmod(open.path().c_str(), 0777) == 0);
  CHECK(test::load_message(folder) == open.path().string() + ": refused: everybody may write it; run: chmod o-w");
}

TEST_CASE("files: whose and which files are trusted") {
  const Trusted me{1000, 1000, 500};
  CHECK(permission_fault(0644, 1000, 1000, me) == "");
  CHECK(permission_fault(0644, 0, 0, me) == "");
  CHECK(permission_fault(0644, 500, 500, me) == "");
  CHECK(permission_fault(0644, 1001, 1000, me) == "refused: belongs to user 1001, neither to you nor to root");
  CHECK(permission_fault(0664, 1000, 1000, me) == "");
  CHECK(permission_fault(0664, 1000, 0, me) == "");
  CHECK(permission_fault(0664, 1000, 100, me) == "refused: group 100 may write it; run: chmod g-w");
  CHECK(permission_fault(0646, 1000, 1000, me) == "refused: everybody may write it; run: chmod o-w");
  CHECK(permission_fault(01777, 0, 0, me) == "refused: everybody may write it; run: chmod o-w");
}
