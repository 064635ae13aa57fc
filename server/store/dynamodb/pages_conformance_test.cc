// Reads and writes of many items, held against both engines.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "testing/dynamodb_conformance.h"

namespace walrus::store::dynamodb {
namespace {

using ::testing::ElementsAre;

TEST_P(ClientConformance, QueriesInTheOrderOfTheSortKey) {
  std::string table = make_table(sorted());
  for (int at : {10, 9, 100, 1, -5}) put(table, {{"id", text("a")}, {"at", n(at)}});
  put(table, {{"id", text("b")}, {"at", n(2)}});
  auto all = [](Aliases&, json::object&) { return ""; };
  auto backwards = [](Aliases&, json::object& parameters) {
    parameters["ScanIndexForward"] = false;
    return "";
  };
  auto some = [](Aliases& a, json::object&) { return a.between("at", n(1), n(10)); };
  auto one = [](Aliases& a, json::object&) { return a.equal("at", n(9)); };
  auto less = [](Aliases& a, json::object& parameters) {
    parameters["ScanIndexForward"] = false;
    return a.compare("at", "<", n(9));
  };
  EXPECT_THAT(query(table, all), ElementsAre(-5, 1, 9, 10, 100));
  EXPECT_THAT(query(table, backwards), ElementsAre(100, 10, 9, 1, -5));
  EXPECT_THAT(query(table, some), ElementsAre(1, 9, 10));
  EXPECT_THAT(query(table, one), ElementsAre(9));
  EXPECT_THAT(query(table, less), ElementsAre(1, -5));
  EXPECT_THAT(query(table, all, 2), ElementsAre(-5, 1));
}

TEST_P(ClientConformance, GoesOnWhereAPageEnded) {
  std::string table = make_table(sorted());
  for (int at = 0; at < 10; ++at) put(table, {{"id", text("a")}, {"at", n(at)}});
  for (bool forward : {true, false}) {
    Aliases aliases;
    json::object parameters{{"TableName", table},
                            {"KeyConditionExpression", aliases.equal("id", text("a"))},
                            {"ScanIndexForward", forward}};
    aliases.put_into(parameters);
    std::vector<std::int64_t> seen;
    int pages = 0;
    std::optional<Item> next;
    do {
      if (next) parameters["ExclusiveStartKey"] = to_json(*next);
      CallResult<ItemPage> page = run(read_items(*client_, "Query", parameters, 4));
      ASSERT_TRUE(page);
      for (const Item& item : page->items) seen.push_back(*find_integer(item, "at"));
      next = page->next;
    } while (next && ++pages < 10);
    if (!forward) std::ranges::reverse(seen);
    EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  }
}

TEST_P(ClientConformance, GoesOnOverPagesThatTheFilterEmpties) {
  std::string table = make_table(sorted());
  for (int at = 0; at < 30; ++at)
    put(table, {{"id", text("a")}, {"at", n(at)}, {"ttl", n(at < 28 ? 1 : 100)}});
  auto unexpired = [](Aliases& a, json::object& parameters) {
    parameters["FilterExpression"] = a.compare("ttl", ">", n(50));
    return "";
  };
  EXPECT_THAT(query(table, unexpired, 2), ElementsAre(28, 29));
}

TEST_P(ClientConformance, EndsAPageAtAMegabyte) {
  std::string table = make_table(sorted());
  for (int at = 0; at < 5; ++at)
    put(table, {{"id", text("a")}, {"at", n(at)}, {"x", text(std::string(300'000, 'x'))}});
  json::object parameters{{"TableName", table}};
  CallResult<json::object> page = call("Scan", parameters);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->at("Items").as_array().size(), 4u);
  EXPECT_TRUE(page->contains("LastEvaluatedKey"));
  CallResult<ItemPage> all = run(read_items(*client_, "Scan", parameters, 100));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->items.size(), 5u);
  EXPECT_FALSE(all->next);
}

TEST_P(ClientConformance, ReadsOnlyWhatIsAskedFor) {
  std::string table = make_table(sorted());
  put(table, {{"id", text("a")}, {"at", n(1)}, {"status", text("x")}, {"more", text("y")}});
  Aliases aliases;
  json::object parameters{{"TableName", table},
                          {"ProjectionExpression", aliases.projection({"at", "status", "none"})}};
  aliases.put_into(parameters);
  CallResult<ItemPage> page = run(read_items(*client_, "Scan", parameters, 10));
  ASSERT_TRUE(page);
  EXPECT_THAT(page->items, ElementsAre(Item{{"at", n(1)}, {"status", text("x")}}));
}

TEST_P(ClientConformance, WritesAndReadsManyItems) {
  std::string table = make_table(plain());
  std::vector<BatchWrite> writes;
  std::vector<Item> keys;
  for (int i = 0; i < 130; ++i) {
    Item key{{"id", text(fmt::format("{}", i))}};
    Item first = key, last = key;
    first["v"] = n(1);
    last["v"] = n(2);
    writes.push_back({table, key, first});
    writes.push_back({table, key, last});
    keys.push_back(key);
    keys.push_back(key);
  }
  CallResult<void> written = run(write_batch(*client_, writes));
  ASSERT_TRUE(written) << written.error().error.detail;
  CallResult<void> deleted = run(write_batch(*client_, {{table, {{"id", text("0")}}, {}}}));
  ASSERT_TRUE(deleted);
  CallResult<std::vector<Item>> found = run(read_batch(*client_, table, keys, true));
  ASSERT_TRUE(found) << found.error().error.detail;
  EXPECT_EQ(found->size(), 129u);
  for (const Item& item : *found) EXPECT_EQ(find_integer(item, "v"), 2);
}

TEST_P(ClientConformance, FindsWhatAnIndexHolds) {
  TableSchema schema = plain();
  IndexSchema by_owner{.name = "by_owner", .key = {{"owner"}, KeyAttribute{"at", "N"}}};
  by_owner.projection = {Projection::Kind::kInclude, {"note"}};
  IndexSchema open{.name = "open", .key = {{"open"}}};
  schema.indexes = {by_owner, open};
  std::string table = make_table(schema);
  for (int i = 0; i < 3; ++i) {
    put(table, {{"id", text(fmt::format("{}", i))},
                {"owner", text("o")},
                {"at", n(-i)},
                {"note", text("n")},
                {"other", text("x")},
                {"open", text("yes")}});
  }
  auto find = [&](const char* index, const char* attribute, const char* value) {
    Aliases aliases;
    json::object parameters{{"TableName", table},
                            {"IndexName", index},
                            {"KeyConditionExpression", aliases.equal(attribute, text(value))}};
    aliases.put_into(parameters);
    CallResult<ItemPage> page = run(read_items(*client_, "Query", parameters, 2));
    EXPECT_TRUE(page) << page.error().error.detail;
    std::vector<Item> items = page->items;
    if (page->next) parameters["ExclusiveStartKey"] = to_json(*page->next);
    page = run(read_items(*client_, "Query", parameters, 2));
    if (parameters.contains("ExclusiveStartKey"))
      items.insert(items.end(), page->items.begin(), page->items.end());
    return items;
  };
  std::vector<Item> owned = find("by_owner", "owner", "o");
  ASSERT_EQ(owned.size(), 3u);
  EXPECT_EQ(owned[0],
            (Item{{"id", text("2")}, {"owner", text("o")}, {"at", n(-2)}, {"note", text("n")}}));
  EXPECT_EQ(find("open", "open", "yes").size(), 3u);
  Aliases aliases;
  Update update(aliases);
  json::object parameters{{"TableName", table},
                          {"Key", to_json(Item{{"id", text("1")}})},
                          {"UpdateExpression", update.remove("open").expression()}};
  aliases.put_into(parameters);
  ASSERT_TRUE(call("UpdateItem", parameters));
  std::vector<Item> still_open = find("open", "open", "yes");
  ASSERT_EQ(still_open.size(), 2u);
  EXPECT_EQ(still_open[0].size(), 2u) << "keys alone";
}

}  // namespace
}  // namespace walrus::store::dynamodb
