#include <doctest/doctest.h>

#include "toy_pipeline.h"

using namespace gramstack;
using test::faults;
using test::toy_with;

TEST_CASE("pipeline: the training images suffice for what is held out and for pairs") {
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy, counts: [9, 1, 9]}")) ==
        "toy.yaml:4:13: error: module 'features' learns from pairs, but class 'b' has 1 image for training: no "
        "positive pair\n"
        "    4 |   - module: features\n"
        "      |             ^~~~~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy, validation: 60}")) ==
        "toy.yaml:2:31: error: 'validation' is 60, must be below the 60 training images\n"
        "    2 | data: {type: toy, validation: 60}\n"
        "      |                               ^~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy, counts: [9, 1, 9], validation: 6}")) ==
        "toy.yaml:2:50: error: 'validation' holds out 2 images of class 'b', which has 1 image for training; hold out "
        "fewer\n"
        "    2 | data: {type: toy, counts: [9, 1, 9], validation: 6}\n"
        "      |                                                  ^\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy, counts: [9, 1, 9], validation: 1}")) ==
        "toy.yaml:4:13: error: module 'features' learns from pairs, but class 'b' has 1 image for training: no "
        "positive pair\n"
        "    4 |   - module: features\n"
        "      |             ^~~~~~~~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: what a data set reports has its code, unless the file is at fault too") {
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy, missing: /no/such}")) ==
        "toy.yaml:2:14: error: dataset 'toy': /no/such: no such file\n"
        "    2 | data: {type: toy, missing: /no/such}\n"
        "      |              ^~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy, missing: /no/such, xx: 1}")) ==
        "toy.yaml:2:14: error: dataset 'toy': /no/such: no such file\n"
        "    2 | data: {type: toy, missing: /no/such, xx: 1}\n"
        "      |              ^~~\n"
        "toy.yaml:2:38: error: dataset 'toy' has no parameter 'xx'; it has counts, channels, size, missing, label, "
        "validation, mean, deviation, pairs, infer, classes, augment\n"
        "    2 | data: {type: toy, missing: /no/such, xx: 1}\n"
        "      |                                      ^~\n"
        "2 errors in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy, label: 7}")) ==
        "toy.yaml:2:14: error: dataset 'toy' labels an image 7, but has 3 classes\n"
        "    2 | data: {type: toy, label: 7}\n"
        "      |              ^~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy, counts: [0, 0]}")) ==
        "toy.yaml:2:14: error: dataset 'toy' has no training images\n"
        "    2 | data: {type: toy, counts: [0, 0]}\n"
        "      |              ^~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy, counts: []}")) ==
        "toy.yaml:2:14: error: dataset 'toy' has no training images\n"
        "    2 | data: {type: toy, counts: []}\n"
        "      |              ^~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: greedy}")) ==
        "toy.yaml:2:14: error: dataset 'greedy' cannot be used: its plugin has a parameter 'mean', a name of the "
        "core's own\n"
        "    2 | data: {type: greedy}\n"
        "      |              ^~~~~~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: normalisation and augmentation fit the images") {
  CHECK(faults(toy_with("data: {type: toy}",
                        "data: {type: toy, mean: [1, 0.5], deviation: [0], augment: [{type: crop, padding: 4}, {type: "
                        "flop}, flip, {type: flip}, {type: flip}]}")) ==
        "toy.yaml:2:47: error: dataset 'toy' 'deviation' element 1 is 0, must be between 1e-06 and 1000000\n"
        "    2 | data: {type: toy, mean: [1, 0.5], deviation: [0], augment: [{type: crop, padding: 4}, {type: flop}, "
        "flip, {type: flip}, ...\n"
        "      |                                               ^\n"
        "toy.yaml:2:83: error: 'padding' is 4, must be below the images' size 4 x 4\n"
        "    2 | ...: [1, 0.5], deviation: [0], augment: [{type: crop, padding: 4}, {type: flop}, flip, {type: flip}, "
        "{type: flip}]}\n"
        "      |                                                                ^\n"
        "toy.yaml:2:94: error: unknown augment 'flop'; did you mean 'flip'? (one of crop, flip)\n"
        "    2 | ... deviation: [0], augment: [{type: crop, padding: 4}, {type: flop}, flip, {type: flip}, {type: "
        "flip}]}\n"
        "      |                                                                ^~~~\n"
        "toy.yaml:2:101: error: 'augment' expects a mapping such as {type: crop}, got 'flip'\n"
        "    2 | ...ion: [0], augment: [{type: crop, padding: 4}, {type: flop}, flip, {type: flip}, {type: flip}]}\n"
        "      |                                                                ^~~~\n"
        "toy.yaml:2:128: error: 'augment' has a second 'flip'; keep one\n"
        "    2 | ...crop, padding: 4}, {type: flop}, flip, {type: flip}, {type: flip}]}\n"
        "      |                                                                ^~~~\n"
        "5 errors in toy.yaml");
  CHECK(
      faults(toy_with("data: {type: toy}", "data: {type: toy, mean: [1, 0.5], augment: [{type: crop, padding: 4}]}")) ==
      "toy.yaml:2:25: error: 'mean' has 2 values; the images have 1 channel\n"
      "    2 | data: {type: toy, mean: [1, 0.5], augment: [{type: crop, padding: 4}]}\n"
      "      |                         ^\n"
      "toy.yaml:2:67: error: 'padding' is 4, must be below the images' size 4 x 4\n"
      "    2 | data: {type: toy, mean: [1, 0.5], augment: [{type: crop, padding: 4}]}\n"
      "      |                                                                   ^\n"
      "2 errors in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy, augment: {type: flip}}")) ==
        "toy.yaml:2:28: error: 'augment' expects a list such as [{type: flip}], got a mapping\n"
        "    2 | data: {type: toy, augment: {type: flip}}\n"
        "      |                            ^\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: views of evaluation fit the images, flips have a known mode") {
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy}\nevaluate: {mirror: true, shift: 4}")) ==
        "toy.yaml:3:33: error: 'evaluate' moves images of 4 x 4 by 4 pixels: nothing of them would be left\n"
        "    3 | evaluate: {mirror: true, shift: 4}\n"
        "      |                                 ^\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy}\nevaluate: {miror: true}")) ==
        "toy.yaml:3:12: error: 'evaluate' has no key 'miror'; did you mean 'mirror'?\n"
        "    3 | evaluate: {miror: true}\n"
        "      |            ^~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy}\nevaluate: true")) ==
        "toy.yaml:3:11: error: 'evaluate' expects a mapping such as {mirror: true}, got 'true'\n"
        "    3 | evaluate: true\n"
        "      |           ^~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy, augment: [{type: flip, mode: alternate}]}")) ==
        "toy.yaml:2:48: error: augment 'flip' 'mode' expects one of random|alternating, got 'alternate'; did you mean "
        "'alternating'?\n"
        "    2 | data: {type: toy, augment: [{type: flip, mode: alternate}]}\n"
        "      |                                                ^~~~~~~~~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: a device is there and takes every node") {
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy}\ndevice: {type: absent}")) ==
        "toy.yaml:3:16: error: device 'absent': there is no such card here\n"
        "    3 | device: {type: absent}\n"
        "      |                ^~~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy}\ndevice: {type: cudnn}")) ==
        "toy.yaml:3:16: error: unknown device 'cudnn' (one of absent, onednn; plugins are searched in LIBRARY)\n"
        "    3 | device: {type: cudnn}\n"
        "      |                ^~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("data: {type: toy}", "data: {type: toy}\ndevice: {declined: gram}")) ==
        "toy.yaml:3:9: error: device 'onednn' declines gram of module 'features': not today\n"
        "    3 | device: {declined: gram}\n"
        "      |         ^\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: modules fit together") {
  CHECK(faults(toy_with("type: dense, units: 8", "type: maps")) == "");
  CHECK(faults(toy_with("backbone: {type: dense}", "backbone: {type: maps}")) ==
        "toy.yaml:11:22: error: backbone 'maps': classifier/maps: conv2d layer wants x [n,c,h,w], got [128,8]\n"
        "   11 |     backbone: {type: maps}\n"
        "      |                      ^~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("type: dense, units: 8", "type: rounding")) ==
        "toy.yaml:5:22: error: backbone 'rounding': features: greater is not differentiable, and the gradient of the "
        "loss passes through it\n"
        "    5 |     backbone: {type: rounding}\n"
        "      |                      ^~~~~~~~\n"
        "1 error in toy.yaml");
  CHECK(faults(toy_with("{type: scores}", "{type: unsummed}")) ==
        "toy.yaml:12:18: error: loss 'unsummed': must give a scalar; it gives [128,3]\n"
        "   12 |     loss: {type: unsummed}\n"
        "      |                  ^~~~~~~~\n"
        "1 error in toy.yaml");
}

TEST_CASE("pipeline: where the device is not there, the file is checked and its data are not read") {
  const std::string absent = toy_with("{type: toy}", "{type: toy, missing: /no/such}\ndevice: {type: absent}");
  const test::Refusal refusal = test::refusal(absent);
  CHECK(refusal.code == ExitCode::device);
  CHECK(refusal.message.find("there is no such card here") != std::string::npos);
  CHECK(refusal.message.ends_with("1 error in toy.yaml"));
  std::string typo = absent;
  typo.replace(typo.find("type: dense"), 11, "type: dens");
  CHECK(test::refusal(typo).code == ExitCode::configuration);
  CHECK(test::refusal(typo).message.ends_with("2 errors in toy.yaml"));
}

TEST_CASE("pipeline: a refusal has the code of what is at fault") {
  const auto code = [](const std::string& data) { return test::refusal(toy_with("{type: toy}", data)).code; };
  CHECK(code("{type: toy, missing: /no/such}") == ExitCode::data);
  CHECK(code("{type: toy, missing: /no/such, xx: 1}") == ExitCode::configuration);
  CHECK(code("{type: toy, label: 7}") == ExitCode::data);
  CHECK(code("{type: toy}\ndevice: {type: absent}") == ExitCode::device);
  CHECK(code("{type: toy}\ndevice: {declined: gram}") == ExitCode::device);
  CHECK(code("{type: greedy}") == ExitCode::plugin);
  CHECK(code("{type: toy, validation: 60}") == ExitCode::configuration);
}
