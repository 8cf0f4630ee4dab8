#include <algorithm>
#include <stdexcept>

#include "api/graph.h"

namespace gramstack {

namespace {

using Item = std::pair<std::string, Attribute>;

bool before(const Item& item, std::string_view name) { return item.first < name; }

template <class T>
const T& get(const Attributes& attributes, std::string_view name) {
  const Attribute* attribute = attributes.find(name);
  const T* value = attribute ? std::get_if<T>(attribute) : nullptr;
  if (!value) throw std::logic_error("attribute '" + std::string(name) + "' is missing or of another type");
  return *value;
}

}  // namespace

Attributes::Attributes(std::initializer_list<std::pair<std::string, Attribute>> items) {
  for (const Item& item : items) set(item.first, item.second);
}

void Attributes::set(std::string name, Attribute value) {
  const std::vector<Item>::iterator place = std::lower_bound(items_.begin(), items_.end(), name, before);
  if (place != items_.end() && place->first == name)
    place->second = std::move(value);
  else
    items_.emplace(place, std::move(name), std::move(value));
}

const Attribute* Attributes::find(std::string_view name) const {
  const std::vector<Item>::const_iterator place = std::lower_bound(items_.begin(), items_.end(), name, before);
  return place != items_.end() && place->first == name ? &place->second : nullptr;
}

std::int64_t Attributes::integer(std::string_view name) const { return get<std::int64_t>(*this, name); }
double Attributes::real(std::string_view name) const { return get<double>(*this, name); }
const std::vector<std::int64_t>& Attributes::integers(std::string_view name) const {
  return get<std::vector<std::int64_t>>(*this, name);
}
const std::vector<double>& Attributes::reals(std::string_view name) const {
  return get<std::vector<double>>(*this, name);
}

}  // namespace gramstack
