#include "config/quote.h"

#include <doctest/doctest.h>

#include <string>

using namespace gramstack;

TEST_CASE("quote: text is quoted as it stands") {
  CHECK(quoted("cosin") == "'cosin'");
  CHECK(quoted("") == "''");
  CHECK(quoted("größer") == "'größer'");
}

TEST_CASE("quote: control characters and bytes that are not UTF-8 are written out") {
  CHECK(quoted("a\nb\x1b[31m") == "'a\\x0ab\\x1b[31m'");
  CHECK(quoted("\xff") == "'\\xff'");
  CHECK(quoted("\xc3") == "'\\xc3'");
  CHECK(quoted("\xc0\xaf") == "'\\xc0\\xaf'");
  CHECK(quoted("\xed\xa0\x80") == "'\\xed\\xa0\\x80'");
  CHECK(quoted("\xc2\x9b") == "'\\xc2\\x9b'");
  CHECK(quoted("\xf0\x9f\x98\x80") == "'\xf0\x9f\x98\x80'");
}

TEST_CASE("quote: long text is cut between characters") {
  CHECK(quoted(std::string(80, 'x')) == "'" + std::string(80, 'x') + "'");
  CHECK(quoted(std::string(81, 'x')) == "'" + std::string(80, 'x') + "...'");
  CHECK(printable("aö", 2) == "aö");
  CHECK(printable("aöb", 2) == "aö...");
}
