#include "config/composer.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/quote.h"
#include "config/utf8.h"

namespace gramstack::config {
namespace {

constexpr std::size_t kDepth = 64;
constexpr std::size_t kCount = 100'000;

/// Length of the text in quotes at the front of `text`, with its quotes; npos: the closing one is missing.
std::size_t quoted_length(std::string_view text) {
  const char quote = text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\')
      ++i;
    else if (quote == '\'' && text.substr(i, 2) == "''")
      ++i;
    else if (text[i] == quote)
      return i + 1;
  }
  return std::string_view::npos;
}

/// The first line of `text` without the blanks at its end.
std::string_view first_line(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find_first_of(" \t\r\n,]}")); }

bool written_as_null(std::string_view text) {
  const std::string_view word = first_word(text);
  return word == "~" || word == "null" || word == "Null" || word == "NULL";
}

}  // namespace

Place Composer::place(const YAML::Mark& mark, std::size_t length) const {
  return {source_, static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1, length};
}

std::string_view Composer::rest(const YAML::Mark& mark) const {
  return text_.substr(std::min(static_cast<std::size_t>(mark.pos), text_.size()));
}

void Composer::OnDocumentStart(const YAML::Mark& mark) {
  if (++documents_ == 1) return;
  faults_.add(place(mark), rest(mark).starts_with("---")
                               ? "a second document starts here; a file holds one"
                               : "this does not belong to what stands above; check the indentation");
  throw Stop();
}

void Composer::count(const YAML::Mark& mark) {
  if (++count_ <= kCount) return;
  faults_.add(place(mark), fmt::format("the file has more than {} values and keys", kCount));
  throw Stop();
}

void Composer::OnAnchor(const YAML::Mark& mark, const std::string& name) {
  faults_.add(place(mark, name.size() + 1),
              fmt::format("anchors such as {} are not supported; write the value out", quote("&" + name)));
}

void Composer::OnAlias(const YAML::Mark& mark, YAML::anchor_t) {
  count(mark);
  Tree node;
  node.kind = Tree::Kind::invalid;
  const std::string_view alias = first_word(rest(mark));
  node.place = place(mark, alias.size());
  faults_.add(node.place, fmt::format("aliases such as {} are not supported; write the value out", quote(alias)));
  add(std::move(node));
}

/// yaml-cpp gives the tag "?" to plain scalars and collections, "!" to scalars in quotes.
void Composer::check_tag(const YAML::Mark& mark, const std::string& tag) {
  const bool written = rest(mark).starts_with('!');
  if (!written && (tag.empty() || tag == "?" || tag == "!")) return;
  const std::string_view shown = written ? first_word(rest(mark)) : std::string_view(tag);
  faults_.add(place(mark, written ? shown.size() : 1),
              fmt::format("tags such as {} are not supported; leave it out", quote(shown)));
}

void Composer::OnNull(const YAML::Mark& mark, YAML::anchor_t) {
  count(mark);
  Tree node;
  // An empty value has the mark of what follows it: its key is a better place.
  const bool after_key = !key_is_next() && !open_.empty() && open_.back().key;
  if (written_as_null(rest(mark)))
    node.place = place(mark, first_word(rest(mark)).size());
  else
    node.place = after_key ? open_.back().key->place : place(mark);
  add(std::move(node));
}

std::size_t Composer::scalar_length(const YAML::Mark& mark, const std::string& value) {
  const std::string_view source = rest(mark);
  if (source.starts_with('"') || source.starts_with('\'')) {
    const std::size_t length = quoted_length(source);
    if (length != std::string_view::npos) return std::min(length, first_line(source).size());
    faults_.add(place(mark), "the closing quote is missing");
    throw Stop();
  }
  if (source.starts_with('|') || source.starts_with('>')) return 1;
  return source.starts_with(value) ? value.size() : first_line(source).size();
}

void Composer::check_characters(const Tree& node) {
  for (std::size_t at = 0, length = 0; at < node.text.size(); at += length) {
    length = utf8_sequence(node.text, at);
    if (length == 0 || (is_control(node.text, at, length) && node.text[at] != '\n' && node.text[at] != '\t')) {
      faults_.add(node.place, fmt::format("the text {} holds a control character", quote(node.text)));
      return;
    }
  }
}

void Composer::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) {
  count(mark);
  check_tag(mark, tag);
  Tree node;
  node.kind = Tree::Kind::scalar;
  node.place = place(mark, scalar_length(mark, value));
  node.text = value;
  node.quoted = tag == "!";
  check_characters(node);
  add(std::move(node));
}

bool Composer::key_is_next() const {
  return !open_.empty() && open_.back().node.kind == Tree::Kind::mapping && !open_.back().key;
}

void Composer::begin_collection(Tree::Kind kind, const YAML::Mark& mark, const std::string& tag) {
  count(mark);
  check_tag(mark, tag);
  if (open_.size() == kDepth) {
    faults_.add(place(mark), fmt::format("mappings and lists are nested more than {} deep", kDepth));
    throw Stop();
  }
  Collection collection;
  collection.node.kind = kind;
  collection.node.place = place(mark);
  open_.push_back(std::move(collection));
}

void Composer::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                               YAML::EmitterStyle::value) {
  begin_collection(Tree::Kind::sequence, mark, tag);
}

void Composer::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) {
  begin_collection(Tree::Kind::mapping, mark, tag);
}

void Composer::end_collection() {
  Tree node = std::move(open_.back().node);
  open_.pop_back();
  add(std::move(node));
}

Composer::Key Composer::make_key(const Tree& node) {
  Key key{node.text, node.place};
  if (node.kind != Tree::Kind::scalar) {
    key.usable = false;
    if (node.kind != Tree::Kind::invalid)
      faults_.add(node.place, fmt::format("a key is a name, not {}", describe(node)));
    return key;
  }
  if (key.text == "<<" && !node.quoted) {
    key.usable = false;
    faults_.add(node.place, "merge keys ('<<') are not supported; write the keys out");
    return key;
  }
  const auto [first, is_new] = open_.back().lines.emplace(key.text, node.place.line);
  if (!is_new) {
    key.usable = false;
    faults_.add(node.place, fmt::format("{} is already set on line {}", quote(key.text), first->second));
  }
  return key;
}

void Composer::add(Tree node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Collection& parent = open_.back();
  if (parent.node.kind == Tree::Kind::sequence) {
    parent.node.items.push_back(std::move(node));
  } else if (!parent.key) {
    parent.key = make_key(node);
  } else {
    if (parent.key->usable) parent.node.entries.push_back({parent.key->text, parent.key->place, std::move(node)});
    parent.key.reset();
  }
}

}  // namespace gramstack::config
