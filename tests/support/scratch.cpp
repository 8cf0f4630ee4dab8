#include "support/scratch.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace gramstack::test {
namespace {

namespace fs = std::filesystem;

void want(bool good, const fs::path& file) {
  if (!good) throw std::runtime_error("cannot write " + file.string());
}

struct Free {
  void operator()(archive* handle) const { archive_write_free(handle); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

void add_entry(archive* handle, const std::string& name, const std::string& bytes, const fs::path& file) {
  const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  want(archive_write_header(handle, entry.get()) == ARCHIVE_OK, file);
  want(archive_write_data(handle, bytes.data(), bytes.size()) == static_cast<la_ssize_t>(bytes.size()), file);
}

}  // namespace

Scratch::Scratch() {
  std::string pattern = (fs::temp_directory_path() / "gramstack-data-XXXXXX").string();
  want(mkdtemp(pattern.data()) != nullptr, pattern);
  path_ = fs::canonical(pattern);
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path Scratch::target(const std::string& name) const {
  const fs::path file = path_ / name;
  fs::create_directories(file.parent_path());
  return file;
}

fs::path Scratch::write(const std::string& name, const std::string& bytes) const {
  const fs::path file = target(name);
  std::ofstream stream(file, std::ios::binary);
  stream << bytes;
  stream.close();
  want(!stream.fail(), file);
  return file;
}

fs::path Scratch::write_gzip(const std::string& name, const std::string& bytes) const {
  const fs::path file = target(name);
  gzFile stream = gzopen(file.c_str(), "wb");
  want(stream != nullptr, file);
  const int written = bytes.empty() ? 0 : gzwrite(stream, bytes.data(), static_cast<unsigned>(bytes.size()));
  want(gzclose(stream) == Z_OK && written == static_cast<int>(bytes.size()), file);
  return file;
}

fs::path Scratch::write_archive(const std::string& name,
                                const std::vector<std::pair<std::string, std::string>>& files) const {
  const fs::path file = target(name);
  const std::unique_ptr<archive, Free> handle(archive_write_new());
  archive_write_add_filter_gzip(handle.get());
  archive_write_set_format_ustar(handle.get());
  want(archive_write_open_filename(handle.get(), file.c_str()) == ARCHIVE_OK, file);
  for (const auto& [entry, bytes] : files) add_entry(handle.get(), entry, bytes, file);
  want(archive_write_close(handle.get()) == ARCHIVE_OK, file);
  return file;
}

std::string Scratch::anonymous(std::string text) const {
  for (std::size_t at = text.find(path_.string()); at != std::string::npos; at = text.find(path_.string()))
    text.replace(at, path_.string().size(), "DIR");
  return text;
}

std::string read_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace gramstack::test
