#include "plugin/stamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "api/error.h"
#include "build_id.h"
#include "config/quote.h"

namespace gramstack {
namespace {

constexpr char kSymbol[] = GRAMSTACK_TEXT(GRAMSTACK_PLUGIN_SYMBOL);
constexpr std::uint32_t kNewestImagined = 32;
constexpr char kBuild[] = GRAMSTACK_BUILD_ID;
static_assert(sizeof(kBuild) <= sizeof(gramstack_stamp::build));
static_assert(sizeof(gramstack_stamp) == 144);

using Words = std::vector<std::pair<std::string, std::string>>;  ///< key, "key=value"

Words words_of(std::string_view build) {
  Words words;
  while (!build.empty()) {
    const std::string word(build.substr(0, build.find(' ')));
    build.remove_prefix(std::min(build.size(), word.size() + 1));
    if (!word.empty()) words.emplace_back(word.substr(0, word.find('=')), word);
  }
  return words;
}

std::string word_of(const Words& words, const std::string& key) {
  for (const auto& [name, word] : words)
    if (name == key) return printable(word, sizeof(gramstack_stamp::build));
  return fmt::format("(no {})", printable(key, sizeof(gramstack_stamp::build)));
}

/// "plugin compiler=gcc-13 / core compiler=gcc-12", for each key that differs.
std::vector<std::string> differences(const Words& plugin, const Words& core) {
  std::vector<std::string> keys;
  for (const Words* side : {&core, &plugin})
    for (const auto& [key, word] : *side)
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  std::vector<std::string> lines;
  for (const std::string& key : keys)
    if (word_of(plugin, key) != word_of(core, key))
      lines.push_back(fmt::format("plugin {} / core {}", word_of(plugin, key), word_of(core, key)));
  return lines;
}

std::string build_fault(std::string_view build) {
  if (build == kBuild) return "";
  const std::vector<std::string> lines = differences(words_of(build), words_of(kBuild));
  return fmt::format("built differently from the core:\n  {}\n  rebuild both in one build tree",
                     lines.empty() ? "build id " + quote(build) : fmt::format("{}", fmt::join(lines, "\n  ")));
}

std::string abi_fault(std::uint32_t abi) {
  return fmt::format("built for plugin ABI {}, this program speaks ABI {}; rebuild the plugin", abi, GRAMSTACK_ABI);
}

/// The ABI of a descriptor under another version's symbol; 0: there is none.
std::uint32_t other_abi(const Library& library) {
  for (std::uint32_t abi = 1; abi <= kNewestImagined; ++abi)
    if (library.find(fmt::format("gramstack_plugin_v{}", abi).c_str()) != nullptr) return abi;
  return 0;
}

}  // namespace

std::string stamp_fault(const gramstack_stamp& stamp) {
  if (std::memcmp(stamp.magic, GRAMSTACK_MAGIC, sizeof(stamp.magic)) != 0)
    return fmt::format("not a plugin: {} does not start with {}", kSymbol, GRAMSTACK_MAGIC);
  if (stamp.abi != GRAMSTACK_ABI) return abi_fault(stamp.abi);
  if (stamp.size != sizeof(gramstack_plugin))
    return fmt::format("built for descriptors of {} bytes, this program's have {}; rebuild the plugin", stamp.size,
                       sizeof(gramstack_plugin));
  return build_fault({stamp.build, strnlen(stamp.build, sizeof(stamp.build))});
}

const gramstack_plugin& read_descriptor(const Library& library) {
  const void* const symbol = library.find(kSymbol);
  if (symbol == nullptr) {
    const std::uint32_t abi = other_abi(library);
    throw Error(ExitCode::plugin, abi != 0 ? abi_fault(abi) : fmt::format("not a plugin: exports no {}", kSymbol));
  }
  const std::string fault = stamp_fault(*static_cast<const gramstack_stamp*>(symbol));
  if (!fault.empty()) throw Error(ExitCode::plugin, fault);
  return *static_cast<const gramstack_plugin*>(symbol);
}

}  // namespace gramstack
