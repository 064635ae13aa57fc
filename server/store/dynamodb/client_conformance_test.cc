// What the client can rely on, held against the fake and against a DynamoDB of others.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "store/dynamodb/limits.h"
#include "testing/dynamodb_conformance.h"

namespace walrus::store::dynamodb {
namespace {

using ::testing::HasSubstr;

TEST_P(ClientConformance, MakesFindsAndDropsTables) {
  std::string table = make_table(sorted());
  CallResult<json::object> described = call("DescribeTable", {{"TableName", table}});
  ASSERT_TRUE(described);
  EXPECT_EQ(described->at("Table").at("TableStatus"), "ACTIVE");
  CallResult<json::object> listed = call("ListTables", {});
  ASSERT_TRUE(listed);
  EXPECT_THAT(json::serialize(*listed), HasSubstr(table));
  TableSchema same = sorted();
  same.name = table;
  EXPECT_EQ(refusal("CreateTable", create_table_parameters(same)), "ResourceInUseException");
  ASSERT_TRUE(call("DeleteTable", {{"TableName", table}}));
}

TEST_P(ClientConformance, SaysWhichTableIsMissing) {
  CallResult<json::object> answer =
      call("GetItem", {{"TableName", "nowhere"}, {"Key", to_json(Item{{"id", text("1")}})}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().type, "ResourceNotFoundException");
  EXPECT_EQ(answer.error().error.code, ErrorCode::kStorageUnavailable);
  EXPECT_FALSE(answer.error().maybe_done);
}

TEST_P(ClientConformance, KeepsEveryTypeOfValue) {
  std::string table = make_table(plain());
  Item item{{"id", text("1 \"quoted\" \u6a4b")},
            {"empty", text("")},
            {"n", {Number{"-1234567890123456789.0000000000000000001"}}},
            {"b", {Binary{std::string("\0\xff", 2)}}},
            {"t", {true}},
            {"z", {Null{}}},
            {"l", {List{text("x"), n(1), {List{}}}}},
            {"m", {Item{{"inner", {Item{}}}}}},
            {"ss", {StringSet{"one", "two"}}}};
  put(table, item);
  EXPECT_EQ(get(table, {{"id", item.at("id")}}), item);
  EXPECT_EQ(get(table, {{"id", text("2")}}), std::nullopt);
}

TEST_P(ClientConformance, KeepsNumbersInOneForm) {
  std::string table = make_table(plain());
  for (const auto& [given, kept] :
       {std::pair("1.50", "1.5"), std::pair("1e3", "1000"), std::pair("-0.00120", "-0.0012"),
        std::pair("000", "0"), std::pair("12.0", "12")}) {
    put(table, {{"id", text("1")}, {"n", {Number{given}}}});
    EXPECT_EQ(get(table, {{"id", text("1")}})->at("n"), AttributeValue{Number{kept}});
  }
  for (const char* wrong : {"x", "", "1e126", "123456789012345678901234567890123456789"}) {
    json::object item = to_json(Item{{"id", text("1")}, {"n", {Number{wrong}}}});
    EXPECT_EQ(refusal("PutItem", {{"TableName", table}, {"Item", item}}), "ValidationException")
        << wrong;
  }
}

TEST_P(ClientConformance, TakesEveryCondition) {
  std::string table = make_table(plain());
  Item item{{"id", text("1")},
            {"status", text("processing")},
            {"owner", text("a")},
            {"seq", n(9)},
            {"tags", {StringSet{"x", "y"}}}};
  Aliases a;
  EXPECT_TRUE(holds(table, item, a.missing("id"), a)) << "an insert";
  auto check = [&](auto write, bool expected) {
    Aliases aliases;
    std::string condition = write(aliases);
    EXPECT_EQ(holds(table, item, condition, aliases), expected) << condition;
  };
  check([](Aliases& s) { return s.missing("id"); }, false);
  check([](Aliases& s) { return s.exists("status"); }, true);
  check([](Aliases& s) { return s.exists("ttl"); }, false);
  check([](Aliases& s) { return s.equal("status", text("processing")); }, true);
  check([](Aliases& s) { return s.equal("seq", text("9")); }, false);
  check([](Aliases& s) { return s.equal("ttl", n(9)); }, false);
  check([](Aliases& s) { return s.compare("seq", "<>", n(9)); }, false);
  check([](Aliases& s) { return s.compare("ttl", "<>", n(9)); }, true);
  check([](Aliases& s) { return s.compare("seq", "<", n(10)); }, true);
  check([](Aliases& s) { return s.compare("seq", ">=", n(10)); }, false);
  check([](Aliases& s) { return s.compare("seq", ">", text("1")); }, false);
  check([](Aliases& s) { return s.begins_with("status", "proc"); }, true);
  check([](Aliases& s) { return s.begins_with("status", "x"); }, false);
  check([](Aliases& s) { return s.between("seq", n(9), n(100)); }, true);
  check([](Aliases& s) { return s.between("seq", n(10), n(100)); }, false);
  check([](Aliases& s) { return s.one_of("owner", {text("b"), text("a")}); }, true);
  check([](Aliases& s) { return s.one_of("owner", {text("b")}); }, false);
  check(
      [](Aliases& s) {
        return fmt::format("contains({}, {})", s.name("tags"), s.value(text("y")));
      },
      true);
  check(
      [](Aliases& s) {
        return fmt::format("contains({}, {})", s.name("tags"), s.value(text("z")));
      },
      false);
  check([](Aliases& s) { return fmt::format("size({}) = {}", s.name("status"), s.value(n(10))); },
        true);
  check([](Aliases& s) { return "NOT " + s.exists("status"); }, false);
  check([](Aliases& s) { return all_of({s.exists("status"), s.exists("ttl")}); }, false);
  check([](Aliases& s) { return any_of({s.exists("status"), s.exists("ttl")}); }, true);
  // AND binds more tightly than OR.
  check(
      [](Aliases& s) {
        return s.exists("id") + " OR " + s.exists("id") + " AND " + s.exists("ttl");
      },
      true);
  check(
      [](Aliases& s) {
        return "(" + s.exists("id") + " OR " + s.exists("id") + ") AND " + s.exists("ttl");
      },
      false);
  check([](Aliases& s) { return "NOT " + s.exists("ttl") + " AND " + s.exists("ttl"); }, false);
}

TEST_P(ClientConformance, ChangesAnItemInPlace) {
  std::string table = make_table(plain());
  auto update = [&](auto write, std::string condition = "") -> CallResult<json::object> {
    Aliases aliases;
    Update clauses(aliases);
    write(clauses);
    json::object parameters{{"TableName", table},
                            {"Key", to_json(Item{{"id", text("1")}})},
                            {"UpdateExpression", clauses.expression()},
                            {"ReturnValues", "ALL_NEW"}};
    if (!condition.empty()) parameters["ConditionExpression"] = aliases.exists(condition);
    aliases.put_into(parameters);
    return call("UpdateItem", parameters);
  };
  CallResult<json::object> done = update([](Update& u) {
    u.set("status", text("new")).add("fence", n(1)).append("notes", {text("a")});
    u.set_if_missing("created", n(5)).add("tags", {StringSet{"x"}});
  });
  ASSERT_TRUE(done) << done.error().error.detail;
  done = update([](Update& u) {
    u.set("ttl", n(7)).remove("status").add("fence", n(41)).append("notes", {text("b")});
    u.set_if_missing("created", n(6)).add("tags", {StringSet{"x", "y"}}).remove("nothing");
  });
  ASSERT_TRUE(done) << done.error().error.detail;
  Item expected{{"id", text("1")}, {"ttl", n(7)},
                {"fence", n(42)},  {"notes", {List{text("a"), text("b")}}},
                {"created", n(5)}, {"tags", {StringSet{"x", "y"}}}};
  EXPECT_EQ(*item_from_json(done->at("Attributes").as_object()), expected);
  EXPECT_EQ(get(table, {{"id", text("1")}}), expected);
  done = update([](Update& u) { u.set("ttl", n(8)); }, "status");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().error.code, ErrorCode::kConflict);
  EXPECT_EQ(get(table, {{"id", text("1")}}), expected);
}

TEST_P(ClientConformance, CountsUpAndDown) {
  std::string table = make_table(plain());
  put(table, {{"id", text("1")}, {"count", n(10)}});
  for (const auto& [sign, expected] : {std::pair("+", 15), std::pair("-", 10)}) {
    Aliases aliases;
    std::string name = aliases.name("count");
    json::object parameters{{"TableName", table},
                            {"Key", to_json(Item{{"id", text("1")}})},
                            {"UpdateExpression", fmt::format("SET {0} = {0} {1} {2}", name, sign,
                                                             aliases.value(n(5)))}};
    aliases.put_into(parameters);
    ASSERT_TRUE(call("UpdateItem", parameters));
    EXPECT_EQ(find_integer(*get(table, {{"id", text("1")}}), "count"), expected);
  }
}

TEST_P(ClientConformance, GivesBackWhatItDeletes) {
  std::string table = make_table(plain());
  Item item{{"id", text("1")}, {"x", n(1)}};
  put(table, item);
  json::object parameters{
      {"TableName", table}, {"Key", to_json(Item{{"id", text("1")}})}, {"ReturnValues", "ALL_OLD"}};
  CallResult<json::object> deleted = call("DeleteItem", parameters);
  ASSERT_TRUE(deleted);
  EXPECT_EQ(*item_from_json(deleted->at("Attributes").as_object()), item);
  deleted = call("DeleteItem", parameters);
  ASSERT_TRUE(deleted) << "a delete of nothing is none";
  EXPECT_FALSE(deleted->contains("Attributes"));
}

TEST_P(ClientConformance, RefusesWhatIsNoRequest) {
  std::string table = make_table(plain());
  auto put_with = [&](Item item, json::object more = {}) {
    more["TableName"] = table;
    more["Item"] = to_json(item);
    return refusal("PutItem", more);
  };
  Item item{{"id", text("1")}};
  EXPECT_EQ(put_with({{"x", n(1)}}), "ValidationException") << "no key";
  EXPECT_EQ(put_with({{"id", n(1)}}), "ValidationException") << "a key of another type";
  EXPECT_EQ(put_with({{"id", text("")}}), "ValidationException") << "an empty key";
  EXPECT_EQ(put_with({{"id", text(std::string(kMaxPartitionKeyBytes + 1, 'k'))}}),
            "ValidationException");
  EXPECT_EQ(put_with({{"id", text(std::string(kMaxPartitionKeyBytes, 'k'))}}), "");
  EXPECT_EQ(put_with(item, {{"ConditionExpression", "attribute_exists(#a)"}}),
            "ValidationException")
      << "an alias that is not defined";
  EXPECT_EQ(put_with(item, {{"ConditionExpression", "attribute_exists(status)"}}),
            "ValidationException")
      << "a reserved word";
  EXPECT_EQ(put_with(item, {{"ConditionExpression", "attribute_exists(#a"},
                            {"ExpressionAttributeNames", {{"#a", "x"}}}}),
            "ValidationException");
  EXPECT_EQ(put_with(item, {{"ConditionExpression", "attribute_exists(#a)"},
                            {"ExpressionAttributeNames", {{"#a", "x"}, {"#b", "y"}}}}),
            "ValidationException")
      << "an alias that is not used";
  EXPECT_EQ(
      refusal("GetItem", {{"TableName", table}, {"Key", to_json(Item{{"other", text("1")}})}}),
      "ValidationException");
  EXPECT_EQ(refusal("Query", {{"TableName", table},
                              {"KeyConditionExpression", "#a > :v"},
                              {"ExpressionAttributeNames", {{"#a", "id"}}},
                              {"ExpressionAttributeValues", {{":v", {{"S", "1"}}}}}}),
            "ValidationException")
      << "not the whole partition";
  EXPECT_EQ(refusal("UpdateItem", {{"TableName", table},
                                   {"Key", to_json(item)},
                                   {"UpdateExpression", "SET #a = :v"},
                                   {"ExpressionAttributeNames", {{"#a", "id"}}},
                                   {"ExpressionAttributeValues", {{":v", {{"S", "2"}}}}}}),
            "ValidationException")
      << "the key itself";
  EXPECT_EQ(refusal("NoSuchThing", {}), "UnknownOperationException");
}

TEST_P(ClientConformance, HoldsItemsAndBatchesToTheirSize) {
  std::string table = make_table(plain());
  Item item{{"id", text("1")}, {"x", text(std::string(kMaxItemBytes - 4, 'x'))}};
  put(table, item);
  item["x"] = text(std::string(kMaxItemBytes - 3, 'x'));
  CallResult<json::object> answer =
      call("PutItem", {{"TableName", table}, {"Item", to_json(item)}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().type, "ValidationException");
  EXPECT_EQ(answer.error().error.code, ErrorCode::kPayloadTooLarge);
  json::array writes;
  for (std::size_t i = 0; i <= kMaxBatchWrites; ++i)
    writes.push_back(
        {{"DeleteRequest", {{"Key", to_json(Item{{"id", text(fmt::format("{}", i))}})}}}});
  EXPECT_EQ(refusal("BatchWriteItem", {{"RequestItems", json::object{{table, writes}}}}),
            "ValidationException");
  writes.resize(2);
  writes[1] = writes[0];
  EXPECT_EQ(refusal("BatchWriteItem", {{"RequestItems", json::object{{table, writes}}}}),
            "ValidationException");
}

TEST_P(ClientConformance, CountsTheUnitsOfAWrite) {
  std::string table = make_table(plain());
  for (const auto& [bytes, units] : {std::pair(1024, 1), std::pair(1025, 2), std::pair(5000, 5)}) {
    Item item{{"id", text("1")},
              {"x", text(std::string(static_cast<std::size_t>(bytes) - 4, 'x'))}};
    CallResult<json::object> answer =
        call("PutItem",
             {{"TableName", table}, {"Item", to_json(item)}, {"ReturnConsumedCapacity", "TOTAL"}});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->at("ConsumedCapacity").at("CapacityUnits").to_number<int>(), units) << bytes;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, ClientConformance, ::testing::Values("Fake", "Dynalite"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace walrus::store::dynamodb
