// One factor is packed in panels of sixteen columns, each by the thread that multiplies it and no more at a time than
// its second-level cache holds; the other one is read where it is when its rows run along the sum, else packed in
// groups of rows by all threads together. Which is which, and so whether the result or its transpose is computed, is
// decided by cost.
#include "kernels.h"

#include <omp.h>

#include <algorithm>

#include "ceiling.h"
#include "gemm.h"
#include "pack.h"

namespace gramstack::matrix::GRAMSTACK_INSTRUCTION_SET {
namespace {

constexpr std::int64_t kRows = kMostRows, kColumns = 16;
constexpr std::int64_t kPackedRows = (kRows + 7) / 8 * 8;  // floats that a step of a group takes
constexpr std::int64_t kRowBlock = 48;                     // rows whose sums are kept before they are written
constexpr std::int64_t kPanelBlock = 4;                    // and panels
constexpr std::int64_t kPanelSteps = 1024;  // of all panels that are packed at a time: 64 KiB, but whole blocks

/// rows x columns = the result, or its transpose when `swapped`.
struct Order {
  Factor rows, columns;
  std::int64_t k;
  bool swapped;

  /// Rows that are multiplied together.
  std::int64_t unit() const { return rows.along ? LongRows::kRows : kRows; }
  std::int64_t units() const { return ceiling(rows.vectors, unit()); }
  std::int64_t panels() const { return ceiling(columns.vectors, kColumns); }
  std::int64_t panel_size() const { return k * kColumns; }
  std::int64_t group_size() const { return rows.along ? 0 : k * kPackedRows; }
  /// Panels that are multiplied together, and steps of them, so that the first-level cache holds both.
  std::int64_t panels_at_once() const { return rows.along ? kPanels<LongRows> : 1; }
  std::int64_t depth() const { return kDepth / panels_at_once(); }
  /// Panels that are packed at a time, whole blocks of them.
  std::int64_t chunk() const { return std::max<std::int64_t>(1, kPanelSteps / k / kPanelBlock) * kPanelBlock; }
  /// Roughly in cycles: products, packing, writing.
  std::int64_t cost() const {
    const std::int64_t packed = panels() * kColumns + (rows.along ? 0 : rows.vectors);
    return rows.vectors * panels() * k + packed * k + rows.vectors * columns.vectors / (swapped ? 2 : 8);
  }
};

Order order_of(const Product& p) {
  const Factor left{p.a.data, p.m, p.a.stride, !p.a.transpose}, right{p.b.data, p.n, p.b.stride, p.b.transpose};
  const Order straight{left, right, p.k, false}, swapped{right, left, p.k, true};
  return swapped.cost() < straight.cost() ? swapped : straight;
}

struct Scratch {
  float* groups;
  float* panels;  // of the chunk in work, which begins with `first_panel`
  float* sums;
  std::int64_t first_panel = 0;

  Scratch(const Order& o, float* workspace, int thread)
      : groups(workspace), panels(groups + o.units() * o.group_size() + thread * own(o)), sums(panels + packed(o)) {}

  static std::int64_t packed(const Order& o) { return std::min(o.chunk(), o.panels()) * o.panel_size(); }
  static std::int64_t own(const Order& o) { return packed(o) + kRowBlock * kPanelBlock * kColumns; }  // of a thread
};

/// Units begin .. end - 1 of `unit` vectors each as [k][width], `size` floats apart from `to` on. Memory is read along
/// its rows.
void pack_units(const Factor& f, std::int64_t k, std::int64_t begin, std::int64_t end, std::int64_t unit,
                std::int64_t width, std::int64_t size, float* to) {
  const std::int64_t steps = f.along ? k : 8;
  for (std::int64_t step = 0; step < k; step += steps)
    for (std::int64_t i = begin; i < end; ++i)
      pack(f, i * unit, std::min(width, f.vectors - i * unit), step, std::min(step + steps, k), width,
           to + (i - begin) * size);
}

/// kPackedRows are packed where they are there, though a group has kRows: whole vectors are moved faster.
void pack_groups(const Order& o, const Scratch& s, int thread, int threads) {
  pack_units(o.rows, o.k, o.units() * thread / threads, o.units() * (thread + 1) / threads, kRows, kPackedRows,
             o.group_size(), s.groups + o.units() * thread / threads * o.group_size());
}

void pack_panels(const Order& o, Scratch& s, std::int64_t begin, std::int64_t end) {
  s.first_panel = begin;
  pack_units(o.columns, o.k, begin, end, kColumns, kColumns, o.panel_size(), s.panels);
}

/// The result, and what its sums begin with.
struct Result {
  float* c;
  std::int64_t stride;
  const float* bias;
};

/// A block of rows in panels that are multiplied together.
struct Block {
  std::int64_t row, rows, panel, columns;
  std::int64_t column() const { return panel * kColumns; }
  std::int64_t panels() const { return ceiling(columns, kColumns); }
  bool whole() const { return columns % kColumns == 0; }
};

void begin_with_bias(const Order& o, const Block& b, const Result& result, const Sums& sums) {
  for (std::int64_t i = 0; i < b.rows; ++i)
    for (std::int64_t j = 0; j < b.columns; ++j)
      sums.data[i * sums.stride + j] = result.bias[o.swapped ? b.row + i : b.column() + j];
}

void write(const Block& b, const Sums& sums, const Result& result) {
  for (std::int64_t i = 0; i < b.rows; ++i)
    std::copy_n(sums.data + i * sums.stride, b.columns, result.c + (b.row + i) * result.stride + b.column());
}

void write_swapped(const Block& b, const Sums& sums, const Result& result) {
  float* const to = result.c + b.column() * result.stride + b.row;
  const std::int64_t whole_rows = b.rows / 8 * 8, whole_columns = b.columns / 8 * 8;
  for (std::int64_t i = 0; i < whole_rows; i += 8)
    for (std::int64_t j = 0; j < whole_columns; j += 8)
      transpose_eight(sums.data + i * sums.stride + j, sums.stride, to + j * result.stride + i, result.stride);
  for (std::int64_t j = 0; j < b.columns; ++j)
    for (std::int64_t i = j < whole_columns ? whole_rows : 0; i < b.rows; ++i)
      to[j * result.stride + i] = sums.data[i * sums.stride + j];
}

/// Rows and panels from .. to.
struct Part {
  std::int64_t row, row_end, panel, panel_end;
};

/// Whole panels of the result itself are summed where they belong, others in the scratch.
bool in_place(const Order& o, const Block& b) { return !o.swapped && b.whole(); }

Sums sums_of(const Order& o, const Scratch& s, const Part& part, const Block& b, const Result& result) {
  if (in_place(o, b)) return {result.c + b.row * result.stride + b.column(), result.stride};
  return {s.sums + (b.panel - part.panel) * kColumns, kPanelBlock * kColumns};
}

/// As many panels from `panel` on as are multiplied together and summed in the same place.
Block block_of(const Order& o, const Part& part, std::int64_t panel) {
  const std::int64_t panels = std::min(o.panels_at_once(), part.panel_end - panel);
  const std::int64_t columns = std::min(panels * kColumns, o.columns.vectors - panel * kColumns);
  const Block block{part.row, part.row_end - part.row, panel, columns};
  if (o.swapped || block.whole() || panels == 1) return block;
  return {block.row, block.rows, panel, (block.panels() - 1) * kColumns};
}

void add_block(const Order& o, const Scratch& s, const Block& b, const Sums& sums, std::int64_t depth, bool add) {
  const Panels panels{s.panels + (b.panel - s.first_panel) * o.panel_size() + depth * kColumns, b.panels(),
                      o.panel_size()};
  const std::int64_t steps = std::min(o.depth(), o.k - depth);
  for (std::int64_t i = 0; i < b.rows; i += o.unit()) {
    const std::int64_t row = b.row + i, rows = std::min(o.unit(), b.rows - i);
    const Sums to{sums.at(i, 0), sums.stride};
    for (std::int64_t r = 0; r < rows; ++r)  // written at the end only
      for (std::int64_t p = 0; p < panels.count; ++p) __builtin_prefetch(to.at(r, p), 1);
    if (o.rows.along)
      product_of(rows, steps, o.rows.at(row, depth), LongRows{o.rows.stride}, panels, to, add);
    else
      product_of(rows, steps, s.groups + row / kRows * o.group_size() + depth * kPackedRows, PackedSteps<kPackedRows>(),
                 panels, to, add);
  }
}

void multiply_block(const Order& o, const Scratch& s, const Part& part, const Result& result) {
  for (std::int64_t depth = 0; depth < o.k; depth += o.depth())
    for (std::int64_t panel = part.panel; panel < part.panel_end;) {
      const Block block = block_of(o, part, panel);
      const Sums sums = sums_of(o, s, part, block, result);
      if (depth == 0 && result.bias) begin_with_bias(o, block, result, sums);
      add_block(o, s, block, sums, depth, depth > 0 || result.bias);
      if (depth + o.depth() >= o.k && !in_place(o, block)) (o.swapped ? write_swapped : write)(block, sums, result);
      panel += block.panels();
    }
}

void multiply_chunk(const Order& o, const Scratch& s, const Part& part, const Result& result) {
  for (std::int64_t row = part.row; row < part.row_end; row += kRowBlock)
    for (std::int64_t panel = part.panel; panel < part.panel_end; panel += kPanelBlock) {
      multiply_block(
          o, s, {row, std::min(row + kRowBlock, part.row_end), panel, std::min(panel + kPanelBlock, part.panel_end)},
          result);
    }
}

void multiply_part(const Order& o, Scratch& s, const Part& part, const Result& result) {
  for (std::int64_t panel = part.panel; panel < part.panel_end; panel += o.chunk()) {
    const std::int64_t end = std::min(panel + o.chunk(), part.panel_end);
    pack_panels(o, s, panel, end);
    multiply_chunk(o, s, {part.row, part.row_end, panel, end}, result);
  }
}

/// What the largest part of `vectors` is of all when threads share them in whole units.
double largest_part(std::int64_t vectors, std::int64_t unit, int threads) {
  const std::int64_t most = ceiling(ceiling(vectors, unit), threads) * unit;
  return static_cast<double>(std::min(most, vectors)) / static_cast<double>(vectors);
}

/// Threads share rows or panels: what can be cut more evenly, else the larger factor, of which each then reads a part.
bool shares_rows(const Order& o, int threads) {
  const double rows = largest_part(o.rows.vectors, o.unit(), threads);
  const double columns = largest_part(o.columns.vectors, kColumns, threads);
  return rows < columns || (rows == columns && o.rows.vectors > o.columns.vectors);
}

Part part_of(const Order& o, int thread, int threads) {
  const bool by_rows = shares_rows(o, threads);
  const std::int64_t count = by_rows ? o.units() : o.panels();
  const std::int64_t begin = count * thread / threads, end = count * (thread + 1) / threads;
  if (!by_rows) return {0, o.rows.vectors, begin, end};
  return {begin * o.unit(), std::min(end * o.unit(), o.rows.vectors), 0, o.panels()};
}

/// Threads that are worth starting.
int useful(const Product& p, int threads) {
  constexpr std::int64_t kWorthAThread = 200000;  // products: some microseconds
  return static_cast<int>(std::clamp<std::int64_t>(p.m * p.n * p.k / kWorthAThread, 1, threads));
}

}  // namespace

std::size_t workspace_size(const Product& product, int threads) {
  const Order o = order_of(product);
  return static_cast<std::size_t>(o.units() * o.group_size() + threads * Scratch::own(o));
}

void multiply(const Product& product, float* c, std::int64_t stride, float* workspace, int threads) {
  const Order o = order_of(product);
  const Result result{c, stride, product.bias};
  const int parts = useful(product, threads);
#pragma omp parallel num_threads(parts) if (parts > 1)
  {
    const int thread = omp_get_thread_num();
    Scratch scratch(o, workspace, thread);
    if (!o.rows.along) {
      pack_groups(o, scratch, thread, parts);
#pragma omp barrier
    }
    multiply_part(o, scratch, part_of(o, thread, parts), result);
  }
}

}  // namespace gramstack::matrix::GRAMSTACK_INSTRUCTION_SET
