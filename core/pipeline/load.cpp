#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/override.h"
#include "pipeline/checks.h"
#include "pipeline/cut.h"
#include "pipeline/given.h"
#include "pipeline/parts.h"
#include "pipeline/render.h"
#include "pipeline/together.h"
#include "plugin/boundary.h"

namespace gramstack {
namespace {

using config::Arguments;
using config::Entry;
using config::Owner;
using config::Tree;

constexpr std::int64_t kFormat = 1;

/// A file of another format is only told so: its keys may mean something else.
void check_format(const Tree& root, config::Faults& faults) {
  const Entry* entry = root.find("gramstack");
  StoredValue version;
  if (!entry || entry->value.kind != Tree::Kind::scalar || entry->value.quoted) return;
  if (parse_value(core_table("pipeline").params[0], entry->value.text, version) || version.integer == kFormat) return;
  faults.add(entry->value.place,
             fmt::format("the file is of format {}; this program reads format {}", version.integer, kFormat));
  faults.throw_if_any();
}

/// Reads a whole pipeline, part by part.
class PipelineReader {
 public:
  PipelineReader(const Tree& root, const Registry& registry, config::Faults& faults, std::filesystem::path folder)
      : root_(root), reader_{registry, faults, std::move(folder)} {}

  void read(Pipeline& pipeline) {
    const CoreTable& table = core_table("pipeline");
    check_keys(root_, owner_, names_of(table), reader_.faults);
    const Arguments arguments(root_, owner_, table.params, reader_.faults);
    pipeline.together = arguments.ok() && arguments.value("schedule").integer == 1;
    read_parts(pipeline.together);
    check();
    reader_.faults.throw_if_any();
    assemble(arguments, pipeline);
  }

 private:
  /// The data last, for they may be large: on a machine that the device cannot run on they are not read.
  void read_parts(bool together) {
    device_ = read_device(root_.find("device"), owner_.place, reader_);
    const Entry* data = required("data");
    if (const Entry* entry = required("stack")) stack_ = read_stack(entry->value, reader_);
    if (together && reader_.faults.empty()) check_together(stack_, reader_.faults);
    evaluate_ = read_evaluate(root_.find("evaluate"), reader_);
    if (reader_.faults.has(ExitCode::device)) reader_.faults.throw_if_any();
    if (data) data_ = read_data(data->value, reader_);
  }

  const Entry* required(const std::string& key) {
    return require(root_, core_table("pipeline"), key, owner_, reader_.faults);
  }

  void check() {
    if (!data_.spec.dataset || !check_data(data_, stack_, reader_.faults) || !names_differ()) return;
    check_given_data(data_, stack_, reader_.faults);
    check_graphs(data_, stack_, device_, reader_.faults);
    check_views();
  }

  void check_views() {
    const ImageFormat format = data_.spec.dataset->format();
    const std::int64_t side = std::min(format.height, format.width), shift = evaluate_.views.shift;
    if (shift >= side)
      reader_.faults.add(evaluate_.shift,
                         fmt::format("'evaluate' moves images of {} x {} by {} pixels: nothing of them "
                                     "would be left",
                                     format.height, format.width, shift));
  }

  bool names_differ() const {
    std::set<std::string> names;
    for (const ModulePart& part : stack_) names.insert(part.spec.name);
    return names.size() == stack_.size();
  }

  void assemble(const Arguments& arguments, Pipeline& pipeline) {
    pipeline.name = arguments.value("name").text;
    pipeline.seed = static_cast<std::uint64_t>(arguments.value("seed").integer);
    Tree resolved = arguments.resolved();
    if (pipeline.name.empty()) {
      pipeline.name = pipeline.file.stem().string();
      resolved.find("name")->value = config::default_scalar(pipeline.name);
    }
    pipeline.device = device_.device;
    pipeline.data = data_.spec;
    pipeline.views = evaluate_.views;
    pipeline.data.resolved = render(data_.resolved, Origins::hidden);
    Tree stack;
    stack.kind = Tree::Kind::sequence;
    for (ModulePart& part : stack_) {
      part.spec.resolved = render(part.resolved, Origins::hidden);
      pipeline.stack.push_back(part.spec);
      stack.items.push_back(part.resolved);
    }
    resolved.entries.push_back({"device", {}, device_.resolved});
    resolved.entries.push_back({"data", {}, data_.resolved});
    resolved.entries.push_back({"stack", {}, stack});
    resolved.entries.push_back({"evaluate", {}, evaluate_.resolved});
    pipeline.resolved = render(resolved, Origins::shown);
  }

  const Tree& root_;
  Reader reader_;
  Owner owner_{"a pipeline", {}, "key"};
  DevicePart device_;
  DataPart data_;
  std::vector<ModulePart> stack_;
  EvaluatePart evaluate_;
};

void check_root(const Tree& root, config::Faults& faults) {
  if (root.kind == Tree::Kind::null)
    faults.add({}, "the file is empty; a pipeline starts with 'gramstack: 1'");
  else
    config::expect_mapping(root, "a pipeline", "{gramstack: 1, ...}", faults);
  if (root.kind != Tree::Kind::mapping) faults.throw_if_any();
}

}  // namespace

Pipeline load_pipeline(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                       const Registry& registry) {
  Pipeline pipeline;
  pipeline.file = file;
  pipeline.given = config::read_text(file.string());
  config::Faults faults(file.string(), pipeline.given);
  Tree root = config::parse(pipeline.given, 0, faults);
  if (root.kind == Tree::Kind::invalid) faults.throw_if_any();
  check_root(root, faults);
  // Parts come to be by the expansion, so what is set of them is set after it.
  std::vector<std::string> of_parts;
  for (const std::string& option : overrides)
    if (may_name_part(root, option))
      of_parts.push_back(option);
    else
      config::apply_override(root, option, faults);
  check_format(root, faults);
  across(file.string(), [&] {
    expand_cuts(root, {registry, faults});
    for (const std::string& option : of_parts) config::apply_override(root, option, faults);
    PipelineReader(root, registry, faults, file.parent_path()).read(pipeline);
  });
  return pipeline;
}

}  // namespace gramstack
