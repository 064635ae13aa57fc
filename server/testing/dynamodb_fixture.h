// A DynamoDB client whose pauses take no time, on a clock the test moves.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/ids.h"
#include "store/dynamodb/client.h"
#include "store/dynamodb/expression.h"
#include "store/dynamodb/pages.h"
#include "store/dynamodb/table_schema.h"
#include "testing/manual_loop.h"

namespace walrus::store::dynamodb {

using namespace std::chrono_literals;

inline const net::AwsKeys kTestKeys{"AKIDTEST", "secret-canary", "token-canary"};

class DynamoDbTest : public ::testing::Test {
 protected:
  explicit DynamoDbTest(Log log = Log::none()) : log_(std::move(log)) {}

  void connect(std::string endpoint, std::string region,
               std::chrono::milliseconds try_timeout = 3s) {
    ClientOptions options{std::move(endpoint), std::move(region), try_timeout};
    client_ =
        std::make_unique<Client>(std::move(options), http_, *credentials_, budget_, clock_, log_);
  }

  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>& out) {
    out.emplace(co_await std::move(task));
  }

  // To the task's end, through its pauses. A request is under way where the next timer is further
  // off than any pause is long.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    group_.start(keep(std::move(task), result));
    while (!result) {
      loop_.run_until_idle();
      if (!result && !skip_pause()) loop_.run_when_posted();
    }
    return std::move(*result);
  }
  bool skip_pause() {
    std::optional<Duration> next = loop_.next_timer_in();
    bool pauses = next && *next <= 2s;
    if (pauses) loop_.advance(*next);
    return pauses;
  }

  CallResult<json::object> call(std::string operation, json::object parameters) {
    return run(client_->call(std::move(operation), std::move(parameters)));
  }
  // The service's word for what was wrong; empty where nothing was.
  std::string refusal(std::string operation, json::object parameters) {
    CallResult<json::object> answer = call(std::move(operation), std::move(parameters));
    return answer ? "" : answer.error().type;
  }

  // Makes a table under a name of its own, which it returns.
  std::string make_table(TableSchema schema) {
    schema.name = "t-" + new_uuid(clock_.now());
    CallResult<json::object> made = call("CreateTable", create_table_parameters(schema));
    EXPECT_TRUE(made) << made.error().error.detail;
    for (int i = 0; i < 1000 && !is_active(schema.name); ++i) continue;
    return schema.name;
  }
  bool is_active(const std::string& table) {
    CallResult<json::object> described = call("DescribeTable", {{"TableName", table}});
    return described && described->at("Table").at("TableStatus") == "ACTIVE";
  }
  static TableSchema plain() { return {.key = {{"id"}}}; }
  static TableSchema sorted() { return {.key = {{"id"}, KeyAttribute{"at", "N"}}}; }

  void put(const std::string& table, const Item& item) {
    CallResult<json::object> done =
        call("PutItem", {{"TableName", table}, {"Item", to_json(item)}});
    ASSERT_TRUE(done) << done.error().error.detail;
  }
  std::optional<Item> get(const std::string& table, const Item& key) {
    CallResult<json::object> answer =
        call("GetItem", {{"TableName", table}, {"Key", to_json(key)}, {"ConsistentRead", true}});
    EXPECT_TRUE(answer) << answer.error().error.detail;
    const json::object* item = answer ? find_object(*answer, "Item") : nullptr;
    return item ? std::optional(*item_from_json(*item)) : std::nullopt;
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  Log log_;
  net::HttpClient http_{log_};
  std::unique_ptr<net::CredentialsSource> credentials_ =
      std::make_unique<net::StaticCredentials>(kTestKeys);
  RetryBudget budget_;
  std::unique_ptr<Client> client_;
  TaskGroup group_{loop_, [](std::exception_ptr) { FAIL(); }};
};

inline AttributeValue n(std::int64_t value) {
  return number(value);
}

}  // namespace walrus::store::dynamodb
