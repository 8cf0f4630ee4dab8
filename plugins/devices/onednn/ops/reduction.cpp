// Reductions over any axes: the tensor is walked as [kept axes][reduced axes].
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/table.h"
#include "ops/strided.h"
#include "plan.h"
#include "rules.h"
#include "threads.h"

namespace gramstack::onednn {
namespace {

/// Two walks over one tensor: where the elements of one sum are, and where each sum starts.
struct Reduction {
  Strided kept, reduced;
  Index results = 1, terms = 1;
};

void append_axis(Strided& walk, Index extent, Index stride) {
  if (extent == 1) return;
  if (!walk.extents.empty() && walk.strides.back() == stride * extent) {
    walk.extents.back() *= extent;
    walk.strides.back() = stride;
  } else {
    walk.extents.push_back(extent);
    walk.strides.push_back(stride);
  }
}

bool reduces(const std::vector<Index>& axes, std::size_t axis) {
  return axes.empty() || std::find(axes.begin(), axes.end(), static_cast<Index>(axis)) != axes.end();
}

Reduction make_reduction(const Tensor& x, const std::vector<Index>& axes) {
  Shape extents = x.shape();
  std::vector<bool> reduced;
  for (std::size_t i = 0; i < extents.size(); ++i) reduced.push_back(reduces(axes, i));
  if (x.layout == Layout::blocked) {
    extents[1] = blocks(extents[1]);
    extents.push_back(kBlock);
    reduced.push_back(reduced[1]);
  }
  Index stride = stored_elements(x.shape(), x.layout);
  Reduction made;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    stride /= extents[i];
    append_axis(reduced[i] ? made.reduced : made.kept, extents[i], stride);
    (reduced[i] ? made.terms : made.results) *= extents[i];
  }
  for (Strided* walk : {&made.kept, &made.reduced})
    if (walk->extents.empty()) *walk = {{1}, {0}};
  return made;
}

/// Offset of element `index` of a walk.
Index offset_of(const Strided& walk, Index index) {
  Index offset = 0;
  for (std::size_t i = walk.extents.size(); i-- > 0;) {
    offset += index % walk.extents[i] * walk.strides[i];
    index /= walk.extents[i];
  }
  return offset;
}

/// One part of a full sum each; added in order.
Run sum_all(Preparation& p, Index count) {
  const int parts = parts_for(count, p.threads());
  const Workspace* workspace = p.workspace(static_cast<std::size_t>(parts) * sizeof(double));
  return [=, x = p.in(0), out = p.out(0), sum = kernels().sum] {
    double* partial = workspace->data<double>();
    parallel(parts, [&](int part) {
      const Index begin = count * part / parts, end = count * (part + 1) / parts;
      partial[part] = sum(x + begin, end - begin);
    });
    double total = 0;
    for (int part = 0; part < parts; ++part) total += partial[part];
    *out = static_cast<float>(total);
  };
}

/// Terms of each sum lie in runs of neighbours.
Run sum_runs(Preparation& p, const Reduction& r) {
  const int parts = static_cast<int>(std::min<Index>(parts_for(r.results * r.terms, p.threads()), r.results));
  const Index run = r.reduced.extents.back();
  return [=, x = p.in(0), out = p.out(0), sum = kernels().sum] {
    parallel_range(parts, r.results, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const float* from = x + offset_of(r.kept, i);
        double total = 0;
        for (Index j = 0; j < r.terms; j += run) total += sum(from + offset_of(r.reduced, j), run);
        out[i] = static_cast<float>(total);
      }
    });
  };
}

/// Neighbouring results are sums of neighbouring terms: whole rows are added.
Run sum_rows(Preparation& p, const Reduction& r) {
  constexpr Index kWidth = 256;
  const Index width = r.kept.extents.back(), chunk = std::min(width, kWidth);
  const Index chunks = (width + chunk - 1) / chunk, groups = r.results / width;
  const Index run = r.reduced.extents.back(), stride = r.reduced.strides.back();
  const int parts = static_cast<int>(std::min<Index>(parts_for(r.results * r.terms, p.threads()), groups * chunks));
  const Index wanted = p.output(0).type.elements();  // fewer than results when the last block of channels is padded
  return [=, x = p.in(0), out = p.out(0), add_rows = kernels().add_rows] {
    parallel_range(parts, groups * chunks, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const Index first = i / chunks * width + i % chunks * chunk;
        const Index count = std::min(chunk, width - i % chunks * chunk);
        double totals[kWidth] = {};
        const float* from = x + offset_of(r.kept, first);
        for (Index j = 0; j < r.terms; j += run) add_rows(from + offset_of(r.reduced, j), run, stride, count, totals);
        for (Index j = 0; j < std::min(count, wanted - first); ++j) out[first + j] = static_cast<float>(totals[j]);
      }
    });
  };
}

Run prepare_sum(Preparation& p) {
  const Reduction reduction = make_reduction(p.input(0), p.attributes().integers("axes"));
  if (reduction.results == 1) return sum_all(p, reduction.terms);
  const bool runs = reduction.reduced.strides.back() == 1 || reduction.terms == 1;
  return runs ? sum_runs(p, reduction) : sum_rows(p, reduction);
}

float log_sum_exp(const Reduction& r, const float* from, float* buffer) {
  const Kernels& k = kernels();
  gather(r.reduced, from, 0, r.terms, buffer);
  const float top = k.largest(buffer, r.terms);
  if (!std::isfinite(top)) return top;
  static const Elementwise& exp = *find_elementwise("exp");
  static const Elementwise& subtract = *find_elementwise("subtract");
  subtract.right_scalar(buffer, buffer, &top, r.terms);
  exp.unary(buffer, buffer, r.terms);
  return static_cast<float>(static_cast<double>(top) + std::log(k.sum(buffer, r.terms)));
}

Run prepare_logsumexp(Preparation& p) {
  const Reduction r = make_reduction(p.input(0), p.attributes().integers("axes"));
  const int parts = static_cast<int>(std::min<Index>(parts_for(r.results * r.terms * 16, p.threads()), r.results));
  const Workspace* workspace = p.workspace(static_cast<std::size_t>(r.terms * parts) * sizeof(float));
  return [=, x = p.in(0), out = p.out(0)] {
    parallel(parts, [&](int part) {
      float* buffer = workspace->data() + r.terms * part;
      for (Index i = r.results * part / parts; i < r.results * (part + 1) / parts; ++i)
        out[i] = log_sum_exp(r, x + offset_of(r.kept, i), buffer);
    });
  };
}

/// Blocked images can be summed when the results come in the order of plain ones; padded ones over all but channels,
/// or over channels too.
LayoutRule layout_sum(const Program& program, const Instruction& instruction) {
  const std::vector<Index>& axes = instruction.attributes.integers("axes");
  if (program.shape(instruction.inputs[0]).size() != 4) return {};
  const bool pixels = reduces(axes, 2) && reduces(axes, 3), channels = reduces(axes, 1);
  return {channels || pixels ? Wish::follow : Wish::plain, 1u, 0u, channels || (pixels && reduces(axes, 0))};
}

constexpr Rule kRules[] = {{"sum", layout_sum, prepare_sum}, {"logsumexp", nullptr, prepare_logsumexp}};

}  // namespace

std::span<const Rule> reduction_rules() { return kRules; }

}  // namespace gramstack::onednn
