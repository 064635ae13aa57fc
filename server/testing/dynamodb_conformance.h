// A client of the fake, or of a DynamoDB of others; each test runs against both.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/dynalite.h"
#include "testing/dynamodb_fake.h"
#include "testing/dynamodb_fixture.h"

namespace walrus::store::dynamodb {

class ClientConformance : public DynamoDbTest, public ::testing::WithParamInterface<const char*> {
 protected:
  static void TearDownTestSuite() { dynalite().reset(); }

  // One for all tests: node takes half a second to start.
  static std::unique_ptr<testing::Dynalite>& dynalite() {
    static std::unique_ptr<testing::Dynalite> server;
    return server;
  }

  void SetUp() override {
    if (std::string_view(GetParam()) == "Fake") {
      fake_.emplace(kTestKeys, clock_.now());
      connect(fake_->url(), fake_->region());
      return;
    }
    if (!dynalite()) dynalite() = testing::Dynalite::start();
    if (!dynalite()) GTEST_SKIP() << "Dynalite is not installed (npm ci in tests/)";
    connect(dynalite()->url(), "eu-test-1");
  }

  // Whether PutItem over {id: 1} with the condition is taken.
  bool holds(const std::string& table, const Item& item, const std::string& condition,
             const Aliases& aliases) {
    json::object parameters{
        {"TableName", table}, {"Item", to_json(item)}, {"ConditionExpression", condition}};
    aliases.put_into(parameters);
    CallResult<json::object> done = call("PutItem", parameters);
    if (!done) EXPECT_EQ(done.error().type, "ConditionalCheckFailedException");
    if (!done) EXPECT_EQ(done.error().error.code, ErrorCode::kConflict);
    return done.has_value();
  }

  // The `at` of the items that a Query of partition "a" finds; `write` adds a condition on the sort
  // key, and what else it wants.
  template <class Write>
  std::vector<std::int64_t> query(const std::string& table, Write write, int at_most = 1000) {
    Aliases aliases;
    json::object parameters{{"TableName", table}};
    std::string sort = write(aliases, parameters);
    parameters["KeyConditionExpression"] = all_of({aliases.equal("id", text("a")), sort});
    aliases.put_into(parameters);
    CallResult<ItemPage> page = run(read_items(*client_, "Query", parameters, at_most));
    if (!page) ADD_FAILURE() << page.error().error.detail;
    std::vector<std::int64_t> found;
    for (const Item& item : page ? page->items : std::vector<Item>())
      found.push_back(*find_integer(item, "at"));
    return found;
  }

  std::optional<testing::DynamoDbFake> fake_;
};

}  // namespace walrus::store::dynamodb
