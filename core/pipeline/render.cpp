#include "pipeline/render.h"

#include <fmt/format.h>

#include <algorithm>

namespace gramstack {
namespace {

using config::Entry;
using config::Tree;

bool alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// Whether YAML reads the text as itself without quotes, wherever in a block it stands. Careful rather than complete.
bool plain(std::string_view text) {
  constexpr std::string_view kInside = "_./+-, ";
  const auto allowed = [&](char c) { return alphanumeric(c) || kInside.find(c) != std::string_view::npos; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), allowed)) return false;
  const bool signed_number = text.size() > 1 && text[0] == '-' && (alphanumeric(text[1]) || text[1] == '.');
  if (!alphanumeric(text[0]) && !signed_number && std::string_view("_./").find(text[0]) == std::string_view::npos)
    return false;
  return text.back() != ' ' && text != "null" && text != "Null" && text != "NULL" && text.find("...") != 0;
}

std::string escaped(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    default:
      return {c};
  }
}

std::string scalar(const Tree& node) {
  if (node.kind != Tree::Kind::scalar) return "~";
  if (plain(node.text)) return node.text;
  std::string quoted = "\"";
  for (const char c : node.text) quoted += escaped(c);
  return quoted + "\"";
}

bool is_flow(const Tree& node) {
  const auto is_scalar = [](const Tree& item) { return item.kind == Tree::Kind::scalar; };
  return node.kind == Tree::Kind::sequence && std::all_of(node.items.begin(), node.items.end(), is_scalar);
}

/// An option counts more than the file, the file more than a default.
int origin(const Tree& node) {
  int source = node.place.source;
  for (const Tree& item : node.items) source = std::max(source, item.place.source);
  return source;
}

class Renderer {
 public:
  explicit Renderer(Origins origins) : origins_(origins) {}
  std::string take() { return std::move(text_); }

  void mapping(const Tree& node, std::size_t indent, std::string first_lead) {
    std::string lead = std::move(first_lead);
    for (const Entry& entry : node.entries) {
      text_ += lead + entry.key + ":";
      value(entry.value, indent);
      lead = std::string(indent, ' ');
    }
  }

 private:
  void value(const Tree& node, std::size_t indent) {
    const std::string below(indent + 2, ' ');
    if (node.kind == Tree::Kind::mapping) {
      text_ += "\n";
      mapping(node, indent + 2, below);
    } else if (node.kind == Tree::Kind::sequence && !is_flow(node)) {
      text_ += "\n";
      for (const Tree& item : node.items) mapping(item, indent + 4, below + "- ");
    } else {
      text_ += " " + (is_flow(node) ? flow(node) : scalar(node)) + comment(node) + "\n";
    }
  }

  static std::string flow(const Tree& node) {
    std::string text;
    for (const Tree& item : node.items) text += (text.empty() ? "" : ", ") + scalar(item);
    return "[" + text + "]";
  }

  std::string comment(const Tree& node) const {
    if (origins_ == Origins::hidden) return "";
    const int source = origin(node);
    if (source == config::Place::kDefault) return "  # default";
    return source > 0 ? "  # --set" : "  # given";
  }

  Origins origins_;
  std::string text_;
};

}  // namespace

std::string render(const config::Tree& mapping, Origins origins) {
  Renderer renderer(origins);
  renderer.mapping(mapping, 0, "");
  return renderer.take();
}

}  // namespace gramstack
