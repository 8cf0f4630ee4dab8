#include <doctest/doctest.h>

#include "toy_pipeline.h"

using namespace gramstack;
using test::faults;
using test::kToyPipeline;
using test::toy_with;

TEST_CASE("pipeline: a file that is no pipeline") {
  CHECK(faults("") ==
        "toy.yaml:1:1: error: the file is empty; a pipeline starts with 'gramstack: 1'\n"
        "    1 | \n"
        "      | ^\n"
        "1 error in toy.yaml");
  CHECK(faults("- 1\n") ==
        "toy.yaml:1:1: error: a pipeline expects a mapping such as {gramstack: 1, ...}, got a list\n"
        "    1 | - 1\n"
        "      | ^\n"
        "1 error in toy.yaml");
  CHECK(faults("abc\n") ==
        "toy.yaml:1:1: error: a pipeline expects a mapping such as {gramstack: 1, ...}, got 'abc'\n"
        "    1 | abc\n"
        "      | ^~~\n"
        "1 error in toy.yaml");
  CHECK(faults("gramstack: 2\nfoo: 1\n") ==
        "toy.yaml:1:12: error: the file is of format 2; this program reads format 1\n"
        "    1 | gramstack: 2\n"
        "      |            ^\n"
        "1 error in toy.yaml");
  CHECK(faults("gramstack: x\n") ==
        "toy.yaml:1:1: error: a pipeline needs 'data' (the data set, and what of it is held out and augmented)\n"
        "    1 | gramstack: x\n"
        "      | ^\n"
        "toy.yaml:1:1: error: a pipeline needs 'stack' (the modules from input to output; the last one is the output "
        "module)\n"
        "    1 | gramstack: x\n"
        "      | ^\n"
        "toy.yaml:1:12: error: a pipeline 'gramstack' expects an integer, got 'x'\n"
        "    1 | gramstack: x\n"
        "      |            ^\n"
        "3 errors in toy.yaml");
  CHECK(faults("gramstak: 1\ndata: 3\nstack: []\n") ==
        "toy.yaml:1:1: error: a pipeline has no key 'gramstak'; did you mean 'gramstack'?\n"
        "    1 | gramstak: 1\n"
        "      | ^~~~~~~~\n"
        "toy.yaml:1:1: error: a pipeline needs 'gramstack' (version of the format: 1)\n"
        "    1 | gramstak: 1\n"
        "      | ^\n"
        "toy.yaml:2:7: error: 'data' expects a mapping such as {type: greedy}, got '3'\n"
        "    2 | data: 3\n"
        "      |       ^\n"
        "toy.yaml:3:8: error: 'stack' expects a list of modules, got an empty one\n"
        "    3 | stack: []\n"
        "      |        ^\n"
        "4 errors in toy.yaml");
}

TEST_CASE("pipeline: a module says what it lacks") {
  CHECK(faults("gramstack: 1\ndata: {type: toy}\nstack: [1, {module: a b, bach: 3}]\n") ==
        "toy.yaml:3:9: error: an entry of 'stack' expects a mapping such as {module: NAME, ...}, got '1'\n"
        "    3 | stack: [1, {module: a b, bach: 3}]\n"
        "      |         ^\n"
        "toy.yaml:3:21: error: module 'a b': a module's name consists of letters, digits, - and _\n"
        "    3 | stack: [1, {module: a b, bach: 3}]\n"
        "      |                     ^~~\n"
        "toy.yaml:3:21: error: module 'a b' needs 'backbone' (its trainable layers)\n"
        "    3 | stack: [1, {module: a b, bach: 3}]\n"
        "      |                     ^~~\n"
        "toy.yaml:3:21: error: module 'a b' needs 'loss' (what is minimised: one, or a list whose weighted sum is)\n"
        "    3 | stack: [1, {module: a b, bach: 3}]\n"
        "      |                     ^~~\n"
        "toy.yaml:3:21: error: module 'a b' needs 'optimizer' (how the weights are changed)\n"
        "    3 | stack: [1, {module: a b, bach: 3}]\n"
        "      |                     ^~~\n"
        "toy.yaml:3:21: error: module 'a b' needs 'epochs', or a 'schedule' that says how many\n"
        "    3 | stack: [1, {module: a b, bach: 3}]\n"
        "      |                     ^~~\n"
        "toy.yaml:3:26: error: module 'a b' has no key 'bach'; did you mean 'batch'?\n"
        "    3 | stack: [1, {module: a b, bach: 3}]\n"
        "      |                          ^~~~\n"
        "7 errors in toy.yaml");
  CHECK(faults("gramstack: 1\ndata: {type: toy}\nstack: [{}]\n")
            .starts_with("toy.yaml:3:9: error: a module needs 'module' (its name: letters, digits, - and _)\n"));
}

TEST_CASE("pipeline: a component is named by its type") {
  CHECK(faults(toy_with("kernel: {type: unit}", "kernel: {type: unt}")) ==
        "toy.yaml:6:20: error: unknown kernel 'unt'; did you mean 'unit'? (one of unit; plugins are searched in "
        "LIBRARY)\n"
        "    6 |     kernel: {type: unt}\n"
        "      |                    ^~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("kernel: {type: unit}", "kernel: {tpye: unit}")) ==
        "toy.yaml:6:14: error: 'kernel' has no key 'tpye'; did you mean 'type'?\n"
        "    6 |     kernel: {tpye: unit}\n"
        "      |              ^~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("kernel: {type: unit}", "kernel: {}")) ==
        "toy.yaml:6:13: error: 'kernel' needs 'type': one of unit\n"
        "    6 |     kernel: {}\n"
        "      |             ^\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("kernel: {type: unit}", "kernel: unit")) ==
        "toy.yaml:6:13: error: 'kernel' expects a mapping such as {type: unit}, got 'unit'\n"
        "    6 |     kernel: unit\n"
        "      |             ^~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("kernel: {type: unit}", "kernel: {type: [unit]}")) ==
        "toy.yaml:6:20: error: 'kernel' 'type' expects one of unit, got a list\n"
        "    6 |     kernel: {type: [unit]}\n"
        "      |                    ^\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: hidden modules have a kernel, the output module none") {
  CHECK(faults(toy_with("    kernel: {type: unit}\n", "")) ==
        "toy.yaml:4:13: error: module 'features' is hidden and needs a kernel: one of unit\n"
        "    4 |   - module: features\n"
        "      |             ^~~~~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("    loss: {type: scores}\n", "    loss: {type: scores}\n    kernel: {type: unit}\n")) ==
        "toy.yaml:13:5: error: module 'classifier' is the last one, the output module, and takes no kernel; leave it "
        "out\n"
        "   13 |     kernel: {type: unit}\n"
        "      |     ^~~~~~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: losses fit the module and its kernel") {
  CHECK(faults(toy_with("{type: pull}", "{type: scores}")) ==
        "toy.yaml:7:18: error: loss 'scores' needs labels, for which a hidden module needs a 'head'; without one it "
        "takes "
        "pairwise losses: pull, push\n"
        "    7 |     loss: {type: scores}\n"
        "      |                  ^~~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("{type: scores}", "{type: push}")) ==
        "toy.yaml:12:18: error: loss 'push' is pairwise and needs a kernel; the output module takes losses from "
        "labels: scores, unsummed\n"
        "   12 |     loss: {type: push}\n"
        "      |                  ^~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("{type: pull}", "{type: pull, sharp: true}")) ==
        "toy.yaml:7:31: error: loss 'pull' 'sharp' needs a kernel that reaches below 0\n"
        "    7 |     loss: {type: pull, sharp: true}\n"
        "      |                               ^~~~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: losses are at least one, with a weight above 0") {
  CHECK(faults(toy_with("{type: pull}", "[]")) ==
        "toy.yaml:7:11: error: module 'features' needs at least one loss\n"
        "    7 |     loss: []\n"
        "      |           ^\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("{type: pull}", "[{type: pull, weight: 0}, {type: push, weight: -1}]")) ==
        "toy.yaml:7:33: error: loss 'pull' 'weight' is 0, must be above 0\n"
        "    7 |     loss: [{type: pull, weight: 0}, {type: push, weight: -1}]\n"
        "      |                                 ^\n"
        "toy.yaml:7:58: error: loss 'push' 'weight' is -1, must be between 0 and 1000000\n"
        "    7 |     loss: [{type: pull, weight: 0}, {type: push, weight: -1}]\n"
        "      |                                                          ^~\n"
        "2 errors in toy.yaml");
}

TEST_CASE("pipeline: a component's own complaint stands at its parameter") {
  CHECK(faults(toy_with("lr: 0.1", "lr: 0")) ==
        "toy.yaml:8:36: error: optimizer 'descent' 'lr' must be above zero\n"
        "    8 |     optimizer: {type: descent, lr: 0}\n"
        "      |                                    ^\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: a training has a length, given once") {
  CHECK(faults(toy_with("epochs: 5", "epochs: 0")) ==
        "toy.yaml:9:13: error: module 'features' 'epochs' is 0, must be between 1 and 1000000\n"
        "    9 |     epochs: 0\n"
        "      |             ^\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("    epochs: 5\n", "")) ==
        "toy.yaml:4:13: error: module 'features' needs 'epochs', or a 'schedule' that says how many\n"
        "    4 |   - module: features\n"
        "      |             ^~~~~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    schedule: {type: cosine, epochs: 3}\n")) ==
        "toy.yaml:9:5: error: module 'features' sets 'epochs' here and in its 'schedule'; keep one\n"
        "    9 |     epochs: 5\n"
        "      |     ^~~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    schedule: {type: steps}\n")) ==
        "toy.yaml:9:13: error: schedule 'steps' 'epochs' expects a list of integers such as [1, 2], got '5'\n"
        "    9 |     epochs: 5\n"
        "      |             ^\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: schedules are complete") {
  CHECK(faults(toy_with("    epochs: 5\n", "    schedule: {type: steps, epochs: []}\n")) ==
        "toy.yaml:9:37: error: schedule 'steps' 'epochs' is empty; it needs at least one stage\n"
        "    9 |     schedule: {type: steps, epochs: []}\n"
        "      |                                     ^\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("    epochs: 5\n", "    schedule: {type: steps, epochs: [1, 2], warmup: 3}\n")) ==
        "toy.yaml:9:53: error: schedule 'steps' 'warmup' is 3, must be below the 3 epochs of the training\n"
        "    9 |     schedule: {type: steps, epochs: [1, 2], warmup: 3}\n"
        "      |                                                     ^\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("    epochs: 5\n", "    schedule: {type: steps}\n")) ==
        "toy.yaml:9:22: error: schedule 'steps' needs 'epochs' (passes over the training images in each stage)\n"
        "    9 |     schedule: {type: steps}\n"
        "      |                      ^~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("    epochs: 5\n", "    schedule: {type: cosin, epochs: 3}\n")) ==
        "toy.yaml:9:22: error: unknown schedule 'cosin'; did you mean 'cosine'? (one of constant, steps, cosine, "
        "one-cycle)\n"
        "    9 |     schedule: {type: cosin, epochs: 3}\n"
        "      |                      ^~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("    epochs: 5\n", "    schedule: {epochs: 3}\n")) ==
        "toy.yaml:9:15: error: 'schedule' needs 'type': one of constant, steps, cosine, one-cycle\n"
        "    9 |     schedule: {epochs: 3}\n"
        "      |               ^\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("    epochs: 5\n", "    schedule: 5\n")) ==
        "toy.yaml:9:15: error: 'schedule' expects a mapping such as {type: constant}, got '5'\n"
        "    9 |     schedule: 5\n"
        "      |               ^\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: labels are all or some of each class") {
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    labels: 3\n")) ==
        "toy.yaml:10:13: error: 'labels' expects a mapping such as {per_class: 1}, or all, got '3'\n"
        "   10 |     labels: 3\n"
        "      |             ^\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    labels: {per_clas: 3}\n")) ==
        "toy.yaml:10:5: error: 'labels' needs 'per_class' (labelled images of each class to train on)\n"
        "   10 |     labels: {per_clas: 3}\n"
        "      |     ^~~~~~\n"
        "toy.yaml:10:14: error: 'labels' has no key 'per_clas'; did you mean 'per_class'?\n"
        "   10 |     labels: {per_clas: 3}\n"
        "      |              ^~~~~~~~\n"
        "2 errors in toy.yaml");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    labels: {per_class: 21}\n")) ==
        "toy.yaml:10:25: error: 'per_class' is 21, but class 'a' has 20 images for training\n"
        "   10 |     labels: {per_class: 21}\n"
        "      |                         ^~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    labels: {per_class: 2, choose: typical}\n")) ==
        "toy.yaml:10:36: error: module 'features' is the first module: there are no features by which images could be "
        "typical; use random\n"
        "   10 |     labels: {per_class: 2, choose: typical}\n"
        "      |                                    ^~~~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    labels: {per_class: 2, spread: true}\n")) ==
        "toy.yaml:10:36: error: module 'features' is the first module: there are no features by which images could be "
        "similar; leave 'spread' out\n"
        "   10 |     labels: {per_class: 2, spread: true}\n"
        "      |                                    ^~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    labels: {per_class: 1}\n")) ==
        "toy.yaml:10:25: error: module 'features' learns from pairs, and 1 image of each class makes no positive pair; "
        "use at least 2\n"
        "   10 |     labels: {per_class: 1}\n"
        "      |                         ^\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: an average has a decay below one, or is none") {
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    average: none\n")) == "");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    average: 0.9\n")) ==
        "toy.yaml:10:14: error: 'average' expects a mapping such as {decay: 0.99}, or none, got '0.9'\n"
        "   10 |     average: 0.9\n"
        "      |              ^~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    average: {dcay: 0.9}\n")) ==
        "toy.yaml:10:15: error: 'average' has no key 'dcay'; did you mean 'decay'?\n"
        "   10 |     average: {dcay: 0.9}\n"
        "      |               ^~~~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: a clip has a norm above zero, or is none") {
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    clip: none\n")) == "");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    clip: 1\n")) ==
        "toy.yaml:10:11: error: 'clip' expects a mapping such as {norm: 1}, or none, got '1'\n"
        "   10 |     clip: 1\n"
        "      |           ^\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    clip: {norm: 0}\n")) ==
        "toy.yaml:10:18: error: 'clip' 'norm' is 0, must be at least 1e-12\n"
        "   10 |     clip: {norm: 0}\n"
        "      |                  ^\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: a batch holds a pair of each class") {
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    batch: 3\n")) ==
        "toy.yaml:10:12: error: a batch of 3 holds at most one image of each of 3 classes: no positive pair; use at "
        "least 4\n"
        "   10 |     batch: 3\n"
        "      |            ^\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("epochs: 5\n", "epochs: 5\n    batch: 4\n")) == "");
}

TEST_CASE("pipeline: modules are told apart by their names") {
  CHECK(faults(toy_with("module: classifier", "module: features")) ==
        "toy.yaml:10:13: error: the stack has two modules called 'features', the first on line 4\n"
        "   10 |   - module: features\n"
        "      |             ^~~~~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("module: classifier", "module: ''")) ==
        "toy.yaml:10:13: error: module '': a module's name consists of letters, digits, - and _\n"
        "   10 |   - module: ''\n"
        "      |             ^~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: what was refused as YAML is not refused again") {
  CHECK(faults(toy_with("epochs: 5\n", "epochs: &x 5\n    batch: *x\n    labels: *x\n    schedule: *x\n")) ==
        "toy.yaml:9:13: error: anchors such as '&x' are not supported; write the value out\n"
        "    9 |     epochs: &x 5\n"
        "      |             ^~\n"
        "toy.yaml:10:12: error: aliases such as '*x' are not supported; write the value out\n"
        "   10 |     batch: *x\n"
        "      |            ^~\n"
        "toy.yaml:11:13: error: aliases such as '*x' are not supported; write the value out\n"
        "   11 |     labels: *x\n"
        "      |             ^~\n"
        "toy.yaml:12:15: error: aliases such as '*x' are not supported; write the value out\n"
        "   12 |     schedule: *x\n"
        "      |               ^~\n"
        "4 errors in toy.yaml");
}

TEST_CASE("pipeline: overrides are checked like the file") {
  CHECK(faults(kToyPipeline, {"stack.features.btch=256", "stack.featurs.batch=1", "stak.x=1",
                              "stack.features.kernel.type=tanh", "seed=-1"}) ==
        "--set stack.features.btch=256: error: module 'features' has no key 'btch'; did you mean 'batch'?\n"
        "--set stack.featurs.batch=1: error: the stack has no module 'featurs'; did you mean 'features'?\n"
        "--set stak.x=1: error: a pipeline has no key 'stak'; did you mean 'stack'?\n"
        "--set stack.features.kernel.type=tanh: error: unknown kernel 'tanh' (one of unit; plugins are searched in "
        "LIBRARY)\n"
        "--set seed=-1: error: a pipeline 'seed' is -1, must be at least 0\n"
        "5 errors in toy.yaml");
}
