#include "config/quote.h"

#include <doctest/doctest.h>

#include <string>

using namespace gramstack;

TEST_CASE("quote: text is quoted as it stands") {
  CHECK(quote("cosin") == "'cosin'");
  CHECK(quote("") == "''");
  CHECK(quote("größer") == "'größer'");
}

TEST_CASE("quote: control characters and bytes that are not UTF-8 are written out") {
  CHECK(quote("a\nb\x1b[31m") == "'a\\x0ab\\x1b[31m'");
  CHECK(quote("\xff") == "'\\xff'");
  CHECK(quote("\xc3") == "'\\xc3'");
  CHECK(quote("\xc0\xaf") == "'\\xc0\\xaf'");
  CHECK(quote("\xed\xa0\x80") == "'\\xed\\xa0\\x80'");
  CHECK(quote("\xc2\x9b") == "'\\xc2\\x9b'");
  CHECK(quote("\xf0\x9f\x98\x80") == "'\xf0\x9f\x98\x80'");
}

TEST_CASE("quote: long text is cut between characters") {
  CHECK(quote(std::string(80, 'x')) == "'" + std::string(80, 'x') + "'");
  CHECK(quote(std::string(81, 'x')) == "'" + std::string(80, 'x') + "...'");
  CHECK(printable("aö", 2) == "aö");
  CHECK(printable("aöb", 2) == "aö...");
}
