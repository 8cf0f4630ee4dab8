#include "pipeline/tables.h"

#include <fmt/format.h>

#include <stdexcept>

#include "api/author.h"

namespace gramstack {
namespace {

constexpr double kMostEpochs = 1e6;
constexpr double kMostImages = 1e9;
constexpr double kBelowOne = 1 - 1e-9;

constexpr gramstack_param kPipeline[] = {
    integer("gramstack", "version of the format: 1", nullptr),
    text("name", "what reports call it; empty: the file's name", ""),
    integer("seed", "where all random numbers come from", "0", 0),
    choice("schedule",
           "in-turn: a hidden module is trained on frozen ones below; together: all in the same steps, each by its own "
           "losses alone, on what the one below gives at the time",
           "in-turn", "in-turn|together"),
};

constexpr gramstack_param kData[] = {
    integer("validation", "training images held out, the same number of each class, never augmented", "0", 0,
            kMostImages, "images"),
    reals("mean", "subtracted from pixel values in [0, 1], by channel; empty: that of the training images", "", 0, 1),
    reals("deviation", "what they are then divided by, by channel; empty: that of the training images", "", 1e-6, 1e6),
    text("pairs",
         "file of pairs of training images, a line `i,j,same` or `i,j,different` each, that hidden modules learn from "
         "instead of class labels, beside the pipeline file or as a path from there; empty: all pairs, by their labels",
         ""),
    boolean("infer", "whether what follows from the pairs is known too: same as the same is the same", "true"),
};

constexpr gramstack_param kModule[] = {
    text("module", "its name: letters, digits, - and _", nullptr),
    integer("batch", "images in a training step", "128", 1, 1e6, "images"),
    boolean("augment", "whether its training images are augmented as `data` says", "true"),
};

constexpr gramstack_param kLabels[] = {
    integer("per_class", "labelled images of each class to train on", nullptr, 1, kMostImages, "images"),
    choice("choose",
           "random: drawn by the seed; typical: of 100 drawn of each class those most similar to the others of it, by "
           "the features of the modules below; this reads the labels of all 100",
           "random", "random|typical"),
    boolean("spread",
            "whether all training images are trained on, each as one of the class whose labelled images it is most "
            "similar to, by the features of the modules below: k-means from the labelled ones; reads no other label",
            "false"),
};

constexpr gramstack_param kClip[] = {
    real("norm", "largest Euclidean norm of the gradient of all its weights together; a longer one is shortened to it",
         nullptr, 1e-12),
};

constexpr gramstack_param kAverage[] = {
    real("decay", "share of the average that stays in each step; the first steps count evenly", "0.99", 0, kBelowOne),
};

constexpr gramstack_param kEvaluate[] = {
    boolean("mirror", "also look at images mirrored left to right", "false"),
    integer("shift", "also look at images moved by so much to the upper left and to the lower right", "0", 0, 1e4,
            "pixels"),
};

constexpr gramstack_param kSection[] = {
    text("of", "the module that was cut, by whose name initial weights are drawn; empty: its own", ""),
    text("after", "cut point that it begins after; empty: the input", ""),
    text("to", "cut point that it ends at; empty: the end", ""),
};

constexpr gramstack_param kCut[] = {
    text("at", "cut point of the backbone that the part ends at", nullptr),
};

constexpr gramstack_param kLoss[] = {
    real("weight", "factor of this loss in the sum that is minimised", "1", 0, 1e6),
};

constexpr gramstack_param kCrop[] = {
    integer("padding", "zeros around an image before a window of its size is cut out at random", nullptr, 1, 1e4,
            "pixels"),
};

constexpr gramstack_param kFlip[] = {
    choice("mode",
           "random: every second image, drawn anew each epoch; alternating: drawn for the first epoch, from then on "
           "every image is mirrored in every second epoch",
           "random", "random|alternating"),
};

constexpr gramstack_param epochs_row() {
  return integer("epochs", "passes over the training images", nullptr, 1, kMostEpochs, "epochs");
}
constexpr gramstack_param warmup_row() {
  return real("warmup", "linear rise from 0 at the beginning", "0", 0, kMostEpochs, "epochs");
}
constexpr gramstack_param final_row() { return real("final_factor", "factor on the rate at the end", "0", 0, 1e6); }

constexpr gramstack_param kConstant[] = {epochs_row(), warmup_row()};
constexpr gramstack_param kSteps[] = {
    integers("epochs", "passes over the training images in each stage", nullptr, 1, kMostEpochs, "epochs"),
    real("factor", "factor on the rate after each stage", "0.1", 0, 1e6),
    warmup_row(),
};
constexpr gramstack_param kCosine[] = {epochs_row(), warmup_row(), final_row()};
constexpr gramstack_param kOneCycle[] = {
    epochs_row(),
    real("peak", "share of the training after which the rate is highest", "0.3", 0, 1),
    real("start_factor", "factor on the rate at the beginning", "0.04", 0, 1e6),
    final_row(),
};

std::vector<CoreKey> pipeline_keys() {
  return {{"device", "where it is computed; default {type: onednn}", "device"},
          {"data", "the data set, and what of it is held out and augmented", "data", false, true},
          {"stack", "the modules from input to output; the last one is the output module", "module", true, true},
          {"evaluate", "views of an image over which scores are averaged; default the image alone", "evaluate"}};
}

std::vector<CoreKey> module_keys() {
  return {{"from", "a stored module in place of all that follows: the first digits of its hash, or a file; not trained",
           ""},
          {"backbone", "its trainable layers", "backbone", false, true},
          {"cut", "cut points of the backbone: a module for every part, called NAME-1, NAME-2, ...", "cut", true},
          {"section", "the part of the backbone between two cut points", "section"},
          {"kernel", "the nonlinearity a hidden module ends with; the output module has none", "kernel"},
          {"head",
           "layers on a hidden module's features for its losses, only while it trains: scores for losses from "
           "labels, else it takes the place of the module's output",
           "backbone"},
          {"loss", "what is minimised: one, or a list whose weighted sum is", "loss", false, true},
          {"optimizer", "how the weights are changed", "optimizer", false, true},
          {"schedule", "how long it is trained and with which factor on the learning rate", "schedule"},
          {"epochs", "passes over the training images, where the schedule does not say", ""},
          {"labels", "how many labelled images it is trained on; default all", "labels"},
          {"clip", "shorten long gradients, so that no single step spoils the weights; default none", "clip"},
          {"average", "keep a moving average of the weights instead of the last ones; default none", "average"}};
}

std::vector<CoreTable> make_tables() {
  return {
      {"pipeline", "a pipeline file", kPipeline, pipeline_keys()},
      {"data",
       "what stands beside a data set's own parameters",
       kData,
       {{"classes", "the classes to keep, by name or label, in the order of their new labels; default all", "", true},
        {"augment", "changes of training images made at random", "augment", true}}},
      {"module", "one entry of the stack", kModule, module_keys()},
      {"cut", "the end of a part; its other keys replace the module's, but module, backbone and section", kCut},
      {"section", "a part of a backbone, as `cut` makes them", kSection},
      {"labels", "the labels that a module is trained with, or `all`", kLabels},
      {"clip", "the longest gradient of a step, before weight decay, or `none`", kClip},
      {"average", "the moving average of a module's weights and running statistics, or `none`", kAverage},
      {"evaluate", "the views of an image over which scores, or the output module's input vectors, are averaged",
       kEvaluate},
      {"loss", "what stands beside a loss's own parameters", kLoss},
      {"schedule/constant", "the base rate throughout", kConstant},
      {"schedule/steps", "the rate is multiplied by a factor after each stage", kSteps},
      {"schedule/cosine", "half a cosine from the base rate down to the final one", kCosine},
      {"schedule/one-cycle", "two straight lines: up to the base rate, then down", kOneCycle},
      {"augment/crop", "a window cut out at random", kCrop},
      {"augment/flip", "mirrored left to right, every second image", kFlip},
  };
}

}  // namespace

std::span<const CoreTable> core_tables() {
  static const std::vector<CoreTable> tables = make_tables();
  return tables;
}

std::vector<std::string> names_of(const CoreTable& table) {
  std::vector<std::string> names = config::names_of(table.params);
  for (const CoreKey& key : table.keys) names.push_back(key.name);
  return names;
}

const config::Entry* require(const config::Tree& mapping, const CoreTable& table, std::string_view key,
                             const config::Owner& owner, config::Faults& faults) {
  const config::Entry* entry = mapping.find(key);
  for (const CoreKey& known : table.keys)
    if (!entry && known.name == key)
      faults.add(owner.place, fmt::format("{} needs '{}' ({})", owner.name, key, known.doc));
  return entry;
}

std::optional<config::Arguments> read_table(const config::Entry& entry, const std::string& example,
                                            config::Faults& faults) {
  const std::string name = fmt::format("'{}'", entry.key);
  if (!config::expect_mapping(entry.value, name, example, faults)) return std::nullopt;
  const CoreTable& table = core_table(entry.key);
  const config::Owner owner{name, entry.place, "key"};
  config::check_keys(entry.value, owner, names_of(table), faults);
  return config::Arguments(entry.value, owner, table.params, faults);
}

const CoreTable& core_table(std::string_view name) {
  for (const CoreTable& table : core_tables())
    if (table.name == name) return table;
  throw std::logic_error(fmt::format("no core table '{}'", name));
}

}  // namespace gramstack
