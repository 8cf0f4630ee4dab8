#include "pipeline/pair_labels.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "api/error.h"

namespace gramstack {
namespace {

/// Sets that grow together (union by size, paths halved).
class Union {
 public:
  explicit Union(std::int64_t count) : parent_(static_cast<std::size_t>(count)), size_(parent_.size(), 1) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  std::int32_t find(std::int32_t x) {
    while (at(x) != x) x = at(x) = at(at(x));
    return x;
  }

  void join(std::int32_t a, std::int32_t b) {
    a = find(a), b = find(b);
    if (a == b) return;
    if (size_[static_cast<std::size_t>(a)] < size_[static_cast<std::size_t>(b)]) std::swap(a, b);
    at(b) = a;
    size_[static_cast<std::size_t>(a)] += size_[static_cast<std::size_t>(b)];
  }

 private:
  std::int32_t& at(std::int32_t x) { return parent_[static_cast<std::size_t>(x)]; }

  std::vector<std::int32_t> parent_, size_;
};

/// The number of each one's value among the different values, in the order they first come; how many there are.
std::int32_t number(std::vector<std::int32_t>& values, std::int64_t bound) {
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(bound), -1);
  std::int32_t count = 0;
  for (std::int32_t& value : values) {
    std::int32_t& known = numbers[static_cast<std::size_t>(value)];
    if (known < 0) known = count++;
    value = known;
  }
  return count;
}

}  // namespace

PairLabels::PairLabels(std::int64_t images, const std::vector<PairLabel>& pairs, bool infer, const std::string& file) {
  Union joined(images);
  if (infer)
    for (const PairLabel& pair : pairs)
      if (pair.same) joined.join(pair.a, pair.b);
  for (std::int32_t i = 0; i < images; ++i) group_.push_back(joined.find(i));
  list_members(number(group_, images));
  const auto linked = [&](bool same) {
    GroupPairs made;
    for (const PairLabel& pair : pairs)
      if (pair.same == same)
        made.emplace_back(group_[static_cast<std::size_t>(pair.a)], group_[static_cast<std::size_t>(pair.b)]);
    return link(std::move(made));
  };
  same_ = infer ? link({}) : linked(true);
  for (const PairLabel& pair : pairs)
    if (!pair.same && of(pair.a, pair.b) == Known::same)
      throw Error(ExitCode::data,
                  fmt::format("{}:{}:1: error: images {} and {} are different here, but the same by {}", file,
                              pair.line, pair.a, pair.b,
                              infer ? "what follows from other lines; correct them, or write infer: false"
                                    : "another line; keep one"));
  different_ = linked(false);
}

void PairLabels::list_members(std::int32_t groups) {
  member_begin_.assign(static_cast<std::size_t>(groups) + 1, 0);
  for (const std::int32_t group : group_) ++member_begin_[static_cast<std::size_t>(group) + 1];
  std::partial_sum(member_begin_.begin(), member_begin_.end(), member_begin_.begin());
  members_.resize(group_.size());
  std::vector<std::int64_t> next(member_begin_.begin(), member_begin_.end() - 1);
  for (std::size_t i = 0; i < group_.size(); ++i)
    members_[static_cast<std::size_t>(next[static_cast<std::size_t>(group_[i])]++)] = static_cast<std::int32_t>(i);
}

std::int64_t PairLabels::size_of(std::int32_t group) const {
  return member_begin_[static_cast<std::size_t>(group) + 1] - member_begin_[static_cast<std::size_t>(group)];
}

std::int64_t PairLabels::member(std::int32_t group, std::int64_t index) const {
  return members_[static_cast<std::size_t>(member_begin_[static_cast<std::size_t>(group)] + index)];
}

PairLabels::Links PairLabels::link(GroupPairs pairs) const {
  const std::size_t one_way = pairs.size();
  for (std::size_t i = 0; i < one_way; ++i) pairs.emplace_back(pairs[i].second, pairs[i].first);
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  Links made;
  made.begin.assign(member_begin_.size(), 0);
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i > 0 && pairs[i].first != pairs[i - 1].first) sum = 0;
    ++made.begin[static_cast<std::size_t>(pairs[i].first) + 1];
    made.to.push_back(pairs[i].second);
    made.upto.push_back(sum += size_of(pairs[i].second));
  }
  std::partial_sum(made.begin.begin(), made.begin.end(), made.begin.begin());
  return made;
}

std::span<const std::int32_t> PairLabels::Links::of(std::int32_t group) const {
  const std::int64_t first = begin[static_cast<std::size_t>(group)], end = begin[static_cast<std::size_t>(group) + 1];
  return std::span(to).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(end - first));
}

bool PairLabels::Links::hold(std::int32_t from, std::int32_t group) const {
  const std::span<const std::int32_t> all = of(from);
  return std::binary_search(all.begin(), all.end(), group);
}

Known PairLabels::of(std::int64_t a, std::int64_t b) const {
  if (a == b) return Known::nothing;
  const std::int32_t first = group_[static_cast<std::size_t>(a)], second = group_[static_cast<std::size_t>(b)];
  if (first == second || same_.hold(first, second)) return Known::same;
  return !different_.to.empty() && different_.hold(first, second) ? Known::different : Known::nothing;
}

std::int64_t PairLabels::partners(std::int64_t image, Known known) const {
  const std::int32_t group = group_[static_cast<std::size_t>(image)];
  const Links& all = links(known);
  const std::int64_t end = all.begin[static_cast<std::size_t>(group) + 1];
  const std::int64_t linked = all.of(group).empty() ? 0 : all.upto[static_cast<std::size_t>(end) - 1];
  return linked + (known == Known::same ? size_of(group) - 1 : 0);
}

std::int64_t PairLabels::partner(std::int64_t image, Known known, std::int64_t index) const {
  const std::int32_t group = group_[static_cast<std::size_t>(image)];
  if (known == Known::same && index < size_of(group) - 1) {
    const std::int64_t found = member(group, index);
    return found == image ? member(group, size_of(group) - 1) : found;
  }
  if (known == Known::same) index -= size_of(group) - 1;
  const Links& all = links(known);
  const std::span<const std::int32_t> to = all.of(group);
  const std::int64_t* upto = all.upto.data() + all.begin[static_cast<std::size_t>(group)];
  const std::int64_t place = std::upper_bound(upto, upto + to.size(), index) - upto;
  return member(to[static_cast<std::size_t>(place)], index - (place > 0 ? upto[place - 1] : 0));
}

PairLabels PairLabels::among(std::span<const std::int64_t> images) const {
  PairLabels made;
  for (const std::int64_t image : images) made.group_.push_back(group_[static_cast<std::size_t>(image)]);
  std::vector<std::int32_t> numbers(member_begin_.size() - 1, -1), old = made.group_;
  made.list_members(number(made.group_, static_cast<std::int64_t>(numbers.size())));
  for (std::size_t i = 0; i < old.size(); ++i) numbers[static_cast<std::size_t>(old[i])] = made.group_[i];
  const auto kept = [&](const Links& links) {
    GroupPairs pairs;
    for (std::size_t group = 0; group < numbers.size(); ++group)
      for (const std::int32_t other : links.of(static_cast<std::int32_t>(group))) {
        const std::int32_t from = numbers[group], to = numbers[static_cast<std::size_t>(other)];
        if (from >= 0 && from < to) pairs.emplace_back(from, to);  // link() goes both ways
      }
    return made.link(std::move(pairs));
  };
  made.same_ = kept(same_);
  made.different_ = kept(different_);
  return made;
}

}  // namespace gramstack
