#include "store/files.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "store/sha256.h"
#include "support/scratch_folder.h"

using namespace gramstack;

namespace {

/// Runs `action` in a child that may not write files beyond `limit` bytes; its exit status.
template <class Action>
int in_limited_child(rlim_t limit, const Action& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit files{limit, limit};
    ::_exit(::setrlimit(RLIMIT_FSIZE, &files) == 0 ? action() : 100);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("store: SHA-256 of known texts") {
  CHECK(sha256({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 hash;
  hash.add(std::string_view("a"));
  hash.add(std::string_view("bc"));
  CHECK(hash.finish() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("store: a file is replaced whole, and nothing else stays in its folder") {
  const test::ScratchFolder folder;
  const std::filesystem::path file = folder / "x";
  write_atomically(file, "first");
  CHECK(read_text(file) == "first");
  write_atomically(file, std::string(1'000'000, 'y'));
  CHECK(read_text(file) == std::string(1'000'000, 'y'));
  write_atomically(file, "");
  CHECK(read_text(file) == "");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("store: a write that fails leaves the old file and no temporary one") {
  const test::ScratchFolder folder;
  const std::filesystem::path file = folder / "x";
  write_atomically(file, "old content");
  const std::string message = "9: cannot write " + file.string() + " (100000 bytes): File too large";
  CHECK(in_limited_child(5000, [&] {
          const std::string got = test::failure_of([&] { write_atomically(file, std::string(100'000, 'n')); });
          return got == message ? 42 : 43;
        }) == 42);
  CHECK(read_text(file) == "old content");
  CHECK_FALSE(std::filesystem::exists(folder / "x.tmp"));
}

TEST_CASE("store: writing where it cannot be") {
  const test::ScratchFolder folder;
  const std::string missing = (folder / "none/x").string();
  CHECK(test::failure_of([&] { write_atomically(missing, "a"); }) ==
        "9: cannot write " + missing + " (1 bytes): No such file or directory");
  std::filesystem::create_directories(folder / "x/y");
  const std::string taken = (folder / "x").string();
  CHECK(test::failure_of([&] { write_atomically(taken, "abc"); }) ==
        "9: cannot write " + taken + " (3 bytes): Is a directory");
  CHECK_FALSE(std::filesystem::exists(folder / "x.tmp"));
}

TEST_CASE("store: a full disk is reported as such") {
  CHECK(std::filesystem::exists("/dev/full"));
  const test::ScratchFolder folder;
  std::filesystem::create_symlink("/dev/full", folder / "log");
  const std::string log = (folder / "log").string();
  std::filesystem::create_symlink("/dev/full", folder / "x.tmp");
  const std::string file = (folder / "x").string();
  CHECK(test::failure_of([&] { write_atomically(file, "abc"); }) ==
        "9: cannot write " + file + " (3 bytes): No space left on device");
  CHECK_FALSE(std::filesystem::exists(folder / "x"));
}

TEST_CASE("store: reading what is not there") {
  const test::ScratchFolder folder;
  const std::string missing = (folder / "none").string();
  CHECK(test::failure_of([&] { read_file(missing); }) == "6: cannot read " + missing + ": No such file or directory");
  CHECK(test::failure_of([&] { read_file(folder.path()); }) ==
        "6: cannot read " + folder.path().string() + ": Is a directory");
}

TEST_CASE("store: a log grows, is cut to a length, and must not be shorter") {
  const test::ScratchFolder folder;
  const std::filesystem::path file = folder / "log";
  {
    LogFile log(file, 0);
    log.append("one\n");
    CHECK(log.length() == 4);
    log.append("two\n");
    log.sync();
  }
  {
    LogFile log(file, 4);
    CHECK(read_text(file) == "one\n");
    log.append("2\n");
    CHECK(log.length() == 6);
  }
  CHECK(read_text(file) == "one\n2\n");
  CHECK(test::failure_of([&] { LogFile log(file, 7); }) ==
        "6: " + file.string() + ": it has 6 bytes, the checkpoint says 7: it was cut or replaced");
}
