// A YAML text as a tree whose every key and value knows its place.
//
// Stricter than YAML, so that a file says one thing: one document; no duplicate keys, anchors, aliases, merge keys or
// tags; at most 1 MB, 100000 values and keys, 64 levels; valid UTF-8 without control characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/faults.h"

namespace gramstack::config {

struct Entry;

struct Tree {
  enum class Kind {
    null,
    scalar,
    sequence,
    mapping,
    invalid,  ///< a fault has been reported; nothing more is to be said of it
  };
  Kind kind = Kind::null;
  Place place;
  std::string text;            ///< of a scalar
  bool quoted = false;         ///< a scalar in quotes or a block: a text even if it looks like a number
  std::vector<Tree> items;     ///< of a sequence
  std::vector<Entry> entries;  ///< of a mapping, in the text's order; no key twice

  const Entry* find(std::string_view key) const;  ///< nullptr: no such key
  Entry* find(std::string_view key);
};

struct Entry {
  std::string key;
  Place place;  ///< of the key
  Tree value;
};

/// A scalar as if `text` stood at `place`.
Tree scalar_at(const Place& place, std::string text);

/// "a list", "'abc'", "nothing": what a fault says it got.
std::string describe(const Tree& node);

/// The whole text of a file of at most 1 MB, without a byte order mark. Throws Error(configuration).
std::string read_text(const std::string& file);

/// The tree of `text`, whose places are of `source`. Faults go to `faults`; after one that ends the parsing the node is
/// invalid. No document at all: a null node.
Tree parse(std::string_view text, int source, Faults& faults);

}  // namespace gramstack::config
