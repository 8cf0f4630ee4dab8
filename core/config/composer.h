// Builds the tree of a document from yaml-cpp's events, which, unlike its own tree, show duplicate keys, anchors, tags
// and places.
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/document.h"

namespace gramstack::config {

class Composer final : public YAML::EventHandler {
 public:
  /// Thrown after a fault that leaves nothing worth reading on for.
  struct Stop {};

  Composer(std::string_view text, int source, Faults& faults) : text_(text), source_(source), faults_(faults) {}
  Tree take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { end_collection(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { end_collection(); }
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override;

 private:
  struct Key {
    std::string text;
    Place place;
    bool usable = true;  ///< false: a fault has been reported of it; its value is dropped
  };
  struct Collection {
    Tree node;
    std::optional<Key> key;                                ///< of a mapping: the key whose value comes next
    std::unordered_map<std::string, std::size_t> lines{};  ///< of a mapping: where its keys stand
  };

  bool key_is_next() const;
  void begin_collection(Tree::Kind kind, const YAML::Mark& mark, const std::string& tag);
  void end_collection();
  void add(Tree node);
  Key make_key(const Tree& node);
  void check_tag(const YAML::Mark& mark, const std::string& tag);
  void check_characters(const Tree& node);
  void count(const YAML::Mark& mark);
  Place place(const YAML::Mark& mark, std::size_t length = 1) const;
  std::string_view rest(const YAML::Mark& mark) const;
  std::size_t scalar_length(const YAML::Mark& mark, const std::string& value);

  std::string_view text_;
  int source_;
  Faults& faults_;
  Tree root_;
  std::vector<Collection> open_;
  std::size_t documents_ = 0, count_ = 0;
};

}  // namespace gramstack::config
