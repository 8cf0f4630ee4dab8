#include "cuda/choices.h"

#include <charconv>
#include <sstream>

#include "api/error.h"
#include "store/files.h"

namespace gramstack::cudnn {

// A line: the number, a space, the request.
Choices::Choices(std::filesystem::path file) : file_(std::move(file)) {
  std::error_code error;
  if (file_.empty() || !std::filesystem::exists(file_, error)) return;
  try {
    std::istringstream lines(read_text(file_));
    for (std::string line; std::getline(lines, line);) {
      std::size_t choice = 0;
      const auto [end, status] = std::from_chars(line.data(), line.data() + line.size(), choice);
      const std::size_t digits = static_cast<std::size_t>(end - line.data());
      if (status == std::errc{} && digits + 1 < line.size()) choices_[line.substr(digits + 1)] = choice;
    }
  } catch (const Error&) {
    choices_.clear();
  }
}

std::optional<std::size_t> Choices::find(const std::string& request) const {
  const auto found = choices_.find(request);
  return found == choices_.end() ? std::nullopt : std::optional(found->second);
}

void Choices::set(const std::string& request, std::size_t choice) {
  choices_[request] = choice;
  if (file_.empty()) return;
  std::string text;
  for (const auto& [name, number] : choices_) text += std::to_string(number) + " " + name + "\n";
  try {
    std::error_code error;
    std::filesystem::create_directories(file_.parent_path(), error);
    write_atomically(file_, std::string_view(text));
  } catch (const Error&) {  // it is measured again by the next run
  }
}

}  // namespace gramstack::cudnn
