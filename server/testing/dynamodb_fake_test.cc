// What the fake can do that no other DynamoDB at hand can.
#include "testing/dynamodb_fake.h"

#include <gmock/gmock.h>

#include "testing/dynamodb_fixture.h"

namespace walrus::store::dynamodb {
namespace {

using testing::DynamoDbFake;

class DynamoDbFakeTest : public DynamoDbTest {
 protected:
  DynamoDbFakeTest() { connect(fake_.url(), fake_.region()); }

  std::size_t count_owned(const std::string& table) {
    Aliases aliases;
    json::object parameters{{"TableName", table},
                            {"IndexName", "by_owner"},
                            {"KeyConditionExpression", aliases.equal("owner", text("o"))}};
    aliases.put_into(parameters);
    return run(read_items(*client_, "Query", parameters, 100))->items.size();
  }
  static TableSchema owned() {
    TableSchema schema = plain();
    schema.indexes = {{.name = "by_owner", .key = {{"owner"}}}};
    return schema;
  }

  DynamoDbFake fake_{kTestKeys, clock_.now()};
};

TEST_F(DynamoDbFakeTest, ItsIndexesLagBehind) {
  std::string table = make_table(owned());
  fake_.set_index_lag(5s);
  put(table, {{"id", text("1")}, {"owner", text("o")}});
  EXPECT_EQ(count_owned(table), 0u);
  EXPECT_TRUE(get(table, {{"id", text("1")}}));
  fake_.advance(5s);
  EXPECT_EQ(count_owned(table), 1u);
  ASSERT_TRUE(
      call("DeleteItem", {{"TableName", table}, {"Key", to_json(Item{{"id", text("1")}})}}));
  EXPECT_EQ(count_owned(table), 1u) << "still there";
  fake_.advance(5s);
  EXPECT_EQ(count_owned(table), 0u);
}

TEST_F(DynamoDbFakeTest, ItReadsNoIndexConsistently) {
  std::string table = make_table(owned());
  EXPECT_EQ(
      refusal("Scan", {{"TableName", table}, {"IndexName", "by_owner"}, {"ConsistentRead", true}}),
      "ValidationException");
}

TEST_F(DynamoDbFakeTest, ItCountsWhatIndexesCost) {
  std::string table = make_table(owned());
  put(table, {{"id", text("1")}, {"owner", text("a")}});
  put(table, {{"id", text("1")}, {"owner", text("b")}});
  put(table, {{"id", text("1")}, {"owner", text("b")}, {"note", text("x")}});
  EXPECT_EQ(fake_.write_units(table).table, 3);
  EXPECT_EQ(fake_.write_units(table).indexes, 1 + 2 + 0);
}

TEST_F(DynamoDbFakeTest, AFailedConditionCostsToo) {
  std::string table = make_table(plain());
  put(table, {{"id", text("1")}, {"x", text(std::string(3000, 'x'))}});
  json::object parameters{{"TableName", table},
                          {"Item", to_json(Item{{"id", text("1")}})},
                          {"ReturnValuesOnConditionCheckFailure", "ALL_OLD"}};
  Aliases aliases;
  parameters["ConditionExpression"] = aliases.missing("id");
  aliases.put_into(parameters);
  EXPECT_EQ(refusal("PutItem", parameters), "ConditionalCheckFailedException");
  EXPECT_EQ(fake_.write_units(table).table, 3 + 3);
}

TEST_F(DynamoDbFakeTest, ItExpiresItemsOnCommand) {
  std::string table = make_table(plain());
  json::object wish{{"TableName", table},
                    {"TimeToLiveSpecification", {{"Enabled", true}, {"AttributeName", "ttl"}}}};
  ASSERT_TRUE(call("UpdateTimeToLive", wish));
  EXPECT_EQ(refusal("UpdateTimeToLive", wish), "ValidationException");
  CallResult<json::object> described = call("DescribeTimeToLive", {{"TableName", table}});
  EXPECT_EQ(described->at("TimeToLiveDescription").at("TimeToLiveStatus"), "ENABLED");
  auto now = std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
  put(table, {{"id", text("old")}, {"ttl", n(now - 1)}});
  put(table, {{"id", text("new")}, {"ttl", n(now + 60)}});
  put(table, {{"id", text("millis")}, {"ttl", n(now * 1000)}});
  put(table, {{"id", text("word")}, {"ttl", text("1")}});
  EXPECT_TRUE(get(table, {{"id", text("old")}})) << "until it is taken away";
  EXPECT_EQ(fake_.expire_items(), 1);
  EXPECT_FALSE(get(table, {{"id", text("old")}}));
  fake_.advance(61s);
  EXPECT_EQ(fake_.expire_items(), 1);
  EXPECT_EQ(fake_.item_count(table), 2u);
}

TEST_F(DynamoDbFakeTest, ATableIsNotThereUntilItIsMade) {
  fake_.set_creation_time(10s);
  TableSchema schema = plain();
  schema.name = "slow";
  ASSERT_TRUE(call("CreateTable", create_table_parameters(schema)));
  EXPECT_FALSE(is_active("slow"));
  json::object item{{"TableName", "slow"}, {"Item", to_json(Item{{"id", text("1")}})}};
  EXPECT_EQ(refusal("PutItem", item), "ResourceNotFoundException");
  fake_.advance(10s);
  EXPECT_TRUE(is_active("slow"));
  EXPECT_EQ(refusal("PutItem", item), "");
}

TEST_F(DynamoDbFakeTest, ItThrottlesEveryNth) {
  std::string table = make_table(plain());
  fake_.throttle_every(3);
  int before = fake_.requests();
  for (int i = 0; i < 6; ++i) put(table, {{"id", text("1")}});
  EXPECT_EQ(fake_.requests() - before, 8);
}

TEST_F(DynamoDbFakeTest, EveryNameNeedsAnAlias) {
  std::string table = make_table(plain());
  EXPECT_EQ(refusal("PutItem", {{"TableName", table},
                                {"Item", to_json(Item{{"id", text("1")}})},
                                {"ConditionExpression", "attribute_exists(harmless)"}}),
            "ValidationException");
}

}  // namespace
}  // namespace walrus::store::dynamodb
