#include "config/document.h"

#include <doctest/doctest.h>

#include "faults_of.h"

using gramstack::config::Entry;
using gramstack::config::Faults;
using gramstack::config::Place;
using gramstack::config::Tree;
using gramstack::test::faults_of;
using gramstack::test::message_of;
using gramstack::test::repeated;

namespace {

Tree tree(const std::string& text) {
  Faults faults("x.yaml", text);
  Tree node = gramstack::config::parse(text, 0, faults);
  faults.throw_if_any();
  return node;
}

std::string where(const Place& place) {
  return std::to_string(place.line) + ":" + std::to_string(place.column) + "+" + std::to_string(place.length);
}

}  // namespace

TEST_CASE("config: a document keeps keys, values and their places") {
  const Tree root = tree(
      "a: 010\n"
      "b:\n"
      "  c: 'it''s'\n"
      "  d: [1, \"2\"]\n"
      "e:\n"
      "f: ~\n"
      "g: |\n"
      "  two\n"
      "  lines\n");
  REQUIRE(root.kind == Tree::Kind::mapping);
  REQUIRE(root.entries.size() == 5);
  const Entry& a = root.entries[0];
  CHECK(a.key == "a");
  CHECK(where(a.place) == "1:1+1");
  CHECK(a.value.text == "010");
  CHECK(where(a.value.place) == "1:4+3");
  CHECK_FALSE(a.value.quoted);

  const Tree& b = root.find("b")->value;
  CHECK(b.find("c")->value.text == "it's");
  CHECK(b.find("c")->value.quoted);
  CHECK(where(b.find("c")->value.place) == "3:6+7");
  const Tree& d = b.find("d")->value;
  REQUIRE(d.kind == Tree::Kind::sequence);
  REQUIRE(d.items.size() == 2);
  CHECK(d.items[0].text == "1");
  CHECK_FALSE(d.items[0].quoted);
  CHECK(d.items[1].text == "2");
  CHECK(d.items[1].quoted);
  CHECK(where(d.items[1].place) == "4:10+3");
  CHECK(b.find("z") == nullptr);

  CHECK(root.find("e")->value.kind == Tree::Kind::null);
  CHECK(where(root.find("e")->value.place) == "5:1+1");
  CHECK(root.find("f")->value.kind == Tree::Kind::null);
  CHECK(where(root.find("f")->value.place) == "6:4+1");
  CHECK(root.find("g")->value.text == "two\nlines\n");
  CHECK(root.find("g")->value.quoted);
}

TEST_CASE("config: a text without a document is a null node") {
  CHECK(tree("").kind == Tree::Kind::null);
  CHECK(tree("# only a comment\n").kind == Tree::Kind::null);
  CHECK(tree("---\n").kind == Tree::Kind::null);
  CHECK(tree("---\na: 1\n...\n").entries.size() == 1);
}

TEST_CASE("config: places count characters, whatever their bytes and line ends are") {
  CHECK(faults_of("größe: 1\r\nübung: {ä: 1, ä: 22}\r\n") ==
        "x.yaml:2:15: error: 'ä' is already set on line 2\n"
        "    2 | übung: {ä: 1, ä: 22}\n"
        "      |               ^\n"
        "1 error in x.yaml");
  CHECK(faults_of("a:\n  \tb: [1]\n  \tb: [1]\n").find("x.yaml") == 0);
}

TEST_CASE("config: duplicate keys are faults at the second, all of them at once") {
  CHECK(faults_of("lr: 1\n"
                  "momentum: 2\n"
                  "lr: 3\n"
                  "nested: {a: 1, \"a\": 2}\n") ==
        "x.yaml:3:1: error: 'lr' is already set on line 1\n"
        "    3 | lr: 3\n"
        "      | ^~\n"
        "x.yaml:4:16: error: 'a' is already set on line 4\n"
        "    4 | nested: {a: 1, \"a\": 2}\n"
        "      |                ^~~\n"
        "2 errors in x.yaml");
}

TEST_CASE("config: a second document is refused") {
  CHECK(faults_of("a: 1\n---\nb: 2\n") ==
        "x.yaml:2:1: error: a second document starts here; a file holds one\n"
        "    2 | ---\n"
        "      | ^\n"
        "1 error in x.yaml");
  CHECK(faults_of("- a\nb: 1\n") ==
        "x.yaml:2:1: error: this does not belong to what stands above; check the indentation\n"
        "    2 | b: 1\n"
        "      | ^\n"
        "1 error in x.yaml");
}

TEST_CASE("config: anchors, aliases, merge keys and tags are refused") {
  CHECK(faults_of("a: &base {k: 1}\n"
                  "b: *base\n"
                  "<<: *base\n"
                  "c: !!int 1\n"
                  "d: ! x\n"
                  "e: !mine [1]\n") ==
        "x.yaml:1:4: error: anchors such as '&base' are not supported; write the value out\n"
        "    1 | a: &base {k: 1}\n"
        "      |    ^~~~~\n"
        "x.yaml:2:4: error: aliases such as '*base' are not supported; write the value out\n"
        "    2 | b: *base\n"
        "      |    ^~~~~\n"
        "x.yaml:3:1: error: merge keys ('<<') are not supported; write the keys out\n"
        "    3 | <<: *base\n"
        "      | ^~\n"
        "x.yaml:3:5: error: aliases such as '*base' are not supported; write the value out\n"
        "    3 | <<: *base\n"
        "      |     ^~~~~\n"
        "x.yaml:4:4: error: tags such as '!!int' are not supported; leave it out\n"
        "    4 | c: !!int 1\n"
        "      |    ^~~~~\n"
        "x.yaml:5:4: error: tags such as '!' are not supported; leave it out\n"
        "    5 | d: ! x\n"
        "      |    ^\n"
        "x.yaml:6:4: error: tags such as '!mine' are not supported; leave it out\n"
        "    6 | e: !mine [1]\n"
        "      |    ^~~~~\n"
        "7 errors in x.yaml");
}

TEST_CASE("config: an alias that contains itself ends") {
  CHECK(faults_of("a: &a [*a]\n") ==
        "x.yaml:1:4: error: anchors such as '&a' are not supported; write the value out\n"
        "    1 | a: &a [*a]\n"
        "      |    ^~\n"
        "x.yaml:1:8: error: aliases such as '*a' are not supported; write the value out\n"
        "    1 | a: &a [*a]\n"
        "      |        ^~\n"
        "2 errors in x.yaml");
}

TEST_CASE("config: keys are names") {
  CHECK(faults_of("? [a, b]\n: 1\n? {c: 1}\n: 2\n~: 3\n") ==
        "x.yaml:1:3: error: a key is a name, not a list\n"
        "    1 | ? [a, b]\n"
        "      |   ^\n"
        "x.yaml:3:3: error: a key is a name, not a mapping\n"
        "    3 | ? {c: 1}\n"
        "      |   ^\n"
        "x.yaml:5:1: error: a key is a name, not nothing\n"
        "    5 | ~: 3\n"
        "      | ^\n"
        "3 errors in x.yaml");
}

TEST_CASE("config: syntax errors have their place and say what to do") {
  CHECK(faults_of("a: b: c\n") ==
        "x.yaml:1:5: error: a ':' is not allowed here; quote the text, or put each key on a line of its own\n"
        "    1 | a: b: c\n"
        "      |     ^\n"
        "1 error in x.yaml");
  CHECK(faults_of("a:\n    b: 1\n  c: 2\n") ==
        "x.yaml:3:3: error: this does not belong to the mapping above; check the indentation\n"
        "    3 |   c: 2\n"
        "      |   ^\n"
        "1 error in x.yaml");
  CHECK(faults_of("a: 1\n]\n") ==
        "x.yaml:2:1: error: this bracket closes nothing\n"
        "    2 | ]\n"
        "      | ^\n"
        "1 error in x.yaml");
  CHECK(faults_of("a: \"abc\n") ==
        "x.yaml:1:4: error: the closing quote is missing\n"
        "    1 | a: \"abc\n"
        "      |    ^\n"
        "1 error in x.yaml");
  CHECK(faults_of("a: *nope\n") ==
        "x.yaml:1:4: error: the referenced anchor is not defined\n"
        "    1 | a: *nope\n"
        "      |    ^\n"
        "1 error in x.yaml");
}

TEST_CASE("config: faults found before a syntax error are reported with it") {
  CHECK(faults_of("a: 1\na: 2\nb: @x\n") ==
        "x.yaml:2:1: error: 'a' is already set on line 1\n"
        "    2 | a: 2\n"
        "      | ^\n"
        "x.yaml:3:4: error: a value cannot start with this character; quote it\n"
        "    3 | b: @x\n"
        "      |    ^\n"
        "2 errors in x.yaml");
}

TEST_CASE("config: text that is not UTF-8 or holds control characters is refused") {
  CHECK(faults_of("name: a\xFF\x62\n") ==
        "x.yaml:1:8: error: \\xff is not valid UTF-8\n"
        "    1 | name: a?b\n"
        "      |        ^\n"
        "1 error in x.yaml");
  CHECK(faults_of("a: 1\nname: \xC0\xAF\n") ==
        "x.yaml:2:7: error: \\xc0 is not valid UTF-8\n"
        "    2 | name: ??\n"
        "      |       ^\n"
        "1 error in x.yaml");
  CHECK(faults_of(std::string("a: x\0y\n", 7)) ==
        "x.yaml:1:5: error: \\x00 is not allowed: it is a control character\n"
        "    1 | a: x?y\n"
        "      |     ^\n"
        "1 error in x.yaml");
  CHECK(faults_of("a: 1\rb: 2\n") ==
        "x.yaml:1:5: error: \\x0d is not allowed: it is a control character\n"
        "    1 | a: 1?b: 2\n"
        "      |     ^\n"
        "1 error in x.yaml");
  CHECK(faults_of("a: \"\\e[31m\"\n") ==
        "x.yaml:1:4: error: the text '\\x1b[31m' holds a control character\n"
        "    1 | a: \"\\e[31m\"\n"
        "      |    ^~~~~~~~\n"
        "1 error in x.yaml");
  CHECK(faults_of("a: b\xEF\xBB\xBF\n") == "");
}

TEST_CASE("config: depth 64 is read, depth 65 refused") {
  CHECK(faults_of("a: " + repeated("[", 63) + repeated("]", 63) + "\n") == "");
  CHECK(faults_of("a: " + repeated("[", 64) + repeated("]", 64) + "\n") ==
        "x.yaml:1:67: error: mappings and lists are nested more than 64 deep\n"
        "    1 | ..." +
            repeated("[", 61) + repeated("]", 59) +
            "...\n"
            "      |    " +
            repeated(" ", 60) +
            "^\n"
            "1 error in x.yaml");
}

TEST_CASE("config: 100000 values and keys are read, one more is refused") {
  // The list itself counts too.
  const std::string list = repeated("- 1\n", 99'999);
  CHECK(faults_of(list) == "");
  CHECK(faults_of(list + "- 2\n") ==
        "x.yaml:100000:3: error: the file has more than 100000 values and keys\n"
        "100000 | - 2\n"
        "       |   ^\n"
        "1 error in x.yaml");
}

TEST_CASE("config: a million bytes are read, one more is refused") {
  const std::string text = "a: 1\n" + repeated("#", 999'994) + "\n";
  REQUIRE(text.size() == 1'000'000);
  CHECK(faults_of(text) == "");
  CHECK(faults_of(text + "\n") ==
        "x.yaml:1:1: error: the text is larger than 1000000 bytes\n"
        "    1 | a: 1\n"
        "      | ^\n"
        "1 error in x.yaml");
}

TEST_CASE("config: hostile text ends in a message") {
  for (const std::string piece :
       {"[", "{", "{a: ", "- ", "? ", "&a ", "[a, ", "\"", "! ", ",", "]", "---\n", "a: ", "*a ", "|a"}) {
    CAPTURE(piece);
    const std::string message = faults_of(repeated(piece, 900'000 / piece.size()));
    CHECK(message.find("x.yaml:") == 0);
    CHECK(message.size() < 1'000);
  }
}

TEST_CASE("config: a file that cannot be read") {
  CHECK(message_of([] { gramstack::config::read_text("/nowhere/x.yaml"); }) ==
        "/nowhere/x.yaml: error: cannot be read: No such file or directory");
  CHECK(message_of([] { gramstack::config::read_text("/"); }) == "/: error: cannot be read: Is a directory");
}
