// A mapping of a configuration against a parameter table: checked values, with every fault of the mapping at once.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi.h"
#include "config/document.h"
#include "plugin/values.h"

namespace gramstack::config {

/// What a mapping belongs to, as messages name it, and where that is named.
struct Owner {
  std::string name;  ///< "optimizer 'sgd'"
  Place place;
  std::string noun = "parameter";  ///< what its keys are called
};

/// "; it has lr, momentum", or "; it has none"
std::string known_names(std::span<const std::string> names);

std::vector<std::string> names_of(std::span<const gramstack_param> params);

/// Keys that start with "x-" are notes, allowed in every mapping and ignored.
bool is_note(std::string_view key);

/// Whether `node` is a mapping; otherwise a fault: "`what` expects a mapping such as `example`, got ...".
bool expect_mapping(const Tree& node, std::string_view what, std::string_view example, Faults& faults);

/// A fault at every key that is not in `known`.
void check_keys(const Tree& mapping, const Owner& owner, std::span<const std::string> known, Faults& faults);

/// The values of a table's parameters. A required one that is missing is a fault at the owner's place.
class Arguments {
 public:
  /// `params` must outlive the object. Keys that are not in the table are none of its business.
  Arguments(const Tree& mapping, const Owner& owner, std::span<const gramstack_param> params, Faults& faults);

  bool ok() const { return ok_; }  ///< whether there was no fault
  /// values()[i] belongs to params[i]. REQUIRES: ok(). Valid as long as this object.
  std::vector<gramstack_value> values() const;
  const StoredValue& value(std::string_view name) const;  ///< REQUIRES: a name of the table; its value passed
  bool given(std::string_view name) const;
  Place place(std::string_view name) const;  ///< of the value; the owner's where it was not given
  /// A mapping of the whole table in its order. Values that were filled in have the source Place::kDefault.
  const Tree& resolved() const { return resolved_; }

 private:
  void read(const gramstack_param& param, const Tree& mapping, const Owner& owner, Faults& faults);
  std::size_t index(std::string_view name) const;

  std::span<const gramstack_param> params_;
  std::vector<StoredValue> values_;
  std::vector<Place> places_;
  std::vector<bool> given_;
  Tree resolved_;
  bool ok_ = true;
};

/// A scalar that was filled in.
Tree default_scalar(std::string text);

}  // namespace gramstack::config
