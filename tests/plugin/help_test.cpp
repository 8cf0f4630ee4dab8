#include "plugin/help.h"

#include <doctest/doctest.h>

#include "api/author.h"

using namespace gramstack;

namespace {

constexpr gramstack_param kParams[] = {
    real("lr", "step size", nullptr, 0),
    integer("epochs", "passes over the data", "10", 1, 1000000, "epochs"),
    choice("schedule", "how the step size falls", "constant", "constant|cosine|step"),
    boolean("nesterov", "looks ahead", "false"),
    text("label", "a word", ""),
    path("file", "where it is", "/tmp"),
    integers("widths", "of the layers", "[8, 4]", 1),
    reals("scales", "of the channels", ""),
    real("drop", "a share", "0.5", -kOpen, 1),
};

const ComponentInfo kSgd{GRAMSTACK_OPTIMIZER, "sgd", "gradient descent", kParams, "optimizers", "0.1.0", "/p/sgd.so"};
const ComponentInfo kGaussian{GRAMSTACK_KERNEL, "gaussian", "a bell", {}, "gaussian", "0.10.0", "/p/gaussian.so"};

}  // namespace

TEST_CASE("help: a component's parameters as a table") {
  CHECK(help_text(kSgd) ==
        "optimizer/sgd - gradient descent\n"
        "plugin optimizers 0.1.0, /p/sgd.so\n"
        "\n"
        "  lr        real      required          >= 0                  step size\n"
        "  epochs    integer   default 10        1..1000000            passes over the data [epochs]\n"
        "  schedule  choice    default constant  constant|cosine|step  how the step size falls\n"
        "  nesterov  boolean   default false                           looks ahead\n"
        "  label     text      default ''                              a word\n"
        "  file      path      default /tmp                            where it is\n"
        "  widths    integers  default [8, 4]    >= 1                  of the layers\n"
        "  scales    reals     default []                              of the channels\n"
        "  drop      real      default 0.5       <= 1                  a share\n");
}

TEST_CASE("help: a component without parameters, a table without a plugin") {
  CHECK(help_text(kGaussian) ==
        "kernel/gaussian - a bell\nplugin gaussian 0.10.0, /p/gaussian.so\n\n  takes no parameters\n");
  CHECK(help_text("augment/flip", "mirrors images", std::span(kParams).subspan(3, 1)) ==
        "augment/flip - mirrors images\n\n  nesterov  boolean  default false  looks ahead\n");
}

TEST_CASE("help: a component's parameters as JSON") {
  CHECK(help_json(kGaussian) == R"({
  "kind": "kernel",
  "name": "gaussian",
  "summary": "a bell",
  "plugin": "gaussian",
  "version": "0.10.0",
  "file": "/p/gaussian.so",
  "parameters": []
}
)");
  CHECK(help_json("x", "y", std::span(kParams).subspan(1, 2)) == R"({
  "name": "x",
  "summary": "y",
  "parameters": [
    {
      "name": "epochs",
      "type": "integer",
      "doc": "passes over the data",
      "unit": "epochs",
      "required": false,
      "default": 10,
      "min": 1.0,
      "max": 1000000.0
    },
    {
      "name": "schedule",
      "type": "choice",
      "doc": "how the step size falls",
      "required": false,
      "default": "constant",
      "choices": [
        "constant",
        "cosine",
        "step"
      ]
    }
  ]
}
)");
}

TEST_CASE("help: a default has the JSON type of its parameter") {
  const auto says = [](std::size_t index, const std::string& text) {
    return help_json("x", "y", std::span(kParams).subspan(index, 1)).find(text) != std::string::npos;
  };
  CHECK(says(0, "\"required\": true,\n      \"min\": 0.0\n"));
  CHECK(says(3, "\"default\": false\n"));
  CHECK(says(4, "\"default\": \"\"\n"));
  CHECK(says(6, "\"default\": [\n        8,\n        4\n      ]"));
  CHECK(says(7, "\"default\": []\n"));
  CHECK(says(8, "\"default\": 0.5,\n      \"max\": 1.0\n"));
}

TEST_CASE("help: the components as a table and as JSON") {
  const ComponentInfo both[] = {kGaussian, kSgd};
  CHECK(components_text(both) ==
        "kind       name      plugin      version  summary\n"
        "kernel     gaussian  gaussian    0.10.0   a bell\n"
        "optimizer  sgd       optimizers  0.1.0    gradient descent\n");
  CHECK(components_text({}) == "kind  name  plugin  version  summary\n");
  CHECK(components_json(std::span(both).first(1)) == R"([
  {
    "kind": "kernel",
    "name": "gaussian",
    "summary": "a bell",
    "plugin": "gaussian",
    "version": "0.10.0",
    "file": "/p/gaussian.so"
  }
]
)");
  CHECK(components_json({}) == "[]\n");
}

TEST_CASE("help: a path that is not UTF-8 does not stop the JSON") {
  ComponentInfo odd = kGaussian;
  odd.file = "/p/\xff.so";
  CHECK(components_json(std::span(&odd, 1)).find("/p/\xef\xbf\xbd.so") != std::string::npos);
}
