#include "pipeline/tables.h"

#include <doctest/doctest.h>

#include <set>

#include "plugin/values.h"

using namespace gramstack;

TEST_CASE("pipeline: the core's tables keep their own rules") {
  std::set<std::string> tables;
  for (const CoreTable& table : core_tables()) {
    CAPTURE(table.name);
    CHECK(tables.insert(table.name).second);
    CHECK_FALSE(table.summary.empty());
    std::set<std::string> names;
    for (const gramstack_param& param : table.params) {
      CAPTURE(param.name);
      CHECK(names.insert(param.name).second);
      StoredValue value;
      if (param.fallback) CHECK_FALSE(parse_value(param, param.fallback, value).has_value());
    }
    for (const CoreKey& key : table.keys) CHECK(names.insert(key.name).second);
  }
}

TEST_CASE("pipeline: keys hold kinds of components or tables of the core") {
  std::set<std::string> known{""};
  for (const gramstack_kind kind :
       {GRAMSTACK_BACKBONE, GRAMSTACK_KERNEL, GRAMSTACK_LOSS, GRAMSTACK_OPTIMIZER, GRAMSTACK_DATASET, GRAMSTACK_DEVICE})
    known.insert(name_of(kind));
  for (const CoreTable& table : core_tables()) known.insert(table.name.substr(0, table.name.find('/')));
  for (const CoreTable& table : core_tables())
    for (const CoreKey& key : table.keys) {
      CAPTURE(key.name);
      CHECK(known.count(key.holds) == 1);
    }
  CHECK_THROWS_AS(core_table("schedule/cubic"), std::logic_error);
}
