// What the client does when DynamoDB fails.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>

#include "testing/dynamodb_fake.h"
#include "testing/dynamodb_fixture.h"

namespace walrus::store::dynamodb {
namespace {

using testing::DynamoDbFake;
using testing::DynamoDbFault;
using ::testing::HasSubstr;
using ::testing::Not;

class ClientFaultTest : public DynamoDbTest {
 protected:
  explicit ClientFaultTest(Log log = Log::none()) : DynamoDbTest(std::move(log)) {
    connect(fake_.url(), fake_.region());
    table_ = make_table(plain());
    requests_ = fake_.requests();
  }

  // How many requests came since the last time.
  int new_requests() { return fake_.requests() - std::exchange(requests_, fake_.requests()); }

  json::object get_parameters() const {
    return {{"TableName", table_}, {"Key", to_json(Item{{"id", text("1")}})}};
  }
  // An insert, which its own repeat would fail.
  json::object insert_parameters() const {
    Aliases aliases;
    json::object parameters{{"TableName", table_},
                            {"Item", to_json(Item{{"id", text("1")}, {"by", text("me")}})},
                            {"ConditionExpression", aliases.missing("id")}};
    aliases.put_into(parameters);
    return parameters;
  }

  // Begins a call, and lets its first try time out once the request is there.
  void begin_in_vain(std::string operation, json::object parameters) {
    group_.start(keep(client_->call(std::move(operation), std::move(parameters)), result_));
    time_out(1);
  }
  // Lets the try time out whose request is the `nth` of this test.
  void time_out(int nth) {
    loop_.run_until_idle();
    ASSERT_TRUE(fake_.wait_for_requests(static_cast<std::size_t>(requests_ + nth)));
    loop_.advance(*loop_.next_timer_in());
    while (!result_ && loop_.next_timer_in() > 2s) loop_.run_when_posted();
  }
  void finish() {
    while (!result_) {
      if (!skip_pause()) loop_.run_when_posted();
    }
  }

  DynamoDbFake fake_{kTestKeys, clock_.now()};
  std::string table_;
  int requests_ = 0;
  std::optional<CallResult<json::object>> result_;
};

TEST_F(ClientFaultTest, TriesAgainWhatIsThrottled) {
  fake_.fail_next(DynamoDbFault::kThrottle, 5);
  CallResult<json::object> answer = call("PutItem", insert_parameters());
  EXPECT_TRUE(answer);
  EXPECT_EQ(new_requests(), 6);
}

TEST_F(ClientFaultTest, GivesUpAfterSixTries) {
  fake_.fail_next(DynamoDbFault::kThrottle, 100);
  CallResult<json::object> answer = call("PutItem", insert_parameters());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(answer.error().error.retry_after, 1s);
  EXPECT_EQ(answer.error().type, "ProvisionedThroughputExceededException");
  EXPECT_FALSE(answer.error().maybe_done);
  EXPECT_EQ(new_requests(), 6);
}

TEST_F(ClientFaultTest, SpendsNoMoreTriesThanTheBudgetHas) {
  fake_.fail_next(DynamoDbFault::kThrottle, 1000);
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(call("GetItem", get_parameters()));
  EXPECT_EQ(new_requests(), 30 + 100) << "a hundred further tries of all calls together";
}

TEST_F(ClientFaultTest, EveryFailedTryMayHaveBeenAWrite) {
  for (DynamoDbFault fault :
       {DynamoDbFault::kLoseAnswer, DynamoDbFault::kCloseMidBody, DynamoDbFault::kBreakChecksum}) {
    ASSERT_TRUE(call("DeleteItem", get_parameters()));
    new_requests();
    fake_.fail_next(fault, 1, "PutItem");
    CallResult<json::object> answer = call("PutItem", insert_parameters());
    ASSERT_FALSE(answer) << "its own first try is there already";
    EXPECT_EQ(answer.error().error.code, ErrorCode::kConflict);
    EXPECT_TRUE(answer.error().maybe_done);
    EXPECT_EQ(new_requests(), 2) << "nothing was sent behind the client's back";
    EXPECT_EQ(*find_text(*get(table_, {{"id", text("1")}}), "by"), "me");
  }
}

TEST_F(ClientFaultTest, AConflictOfTheOnlyTryIsOne) {
  ASSERT_TRUE(call("PutItem", insert_parameters()));
  CallResult<json::object> answer = call("PutItem", insert_parameters());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code, ErrorCode::kConflict);
  EXPECT_FALSE(answer.error().maybe_done);
}

TEST_F(ClientFaultTest, ReadsAgainWhatDidNotComeWhole) {
  ASSERT_TRUE(call("PutItem", insert_parameters()));
  new_requests();
  for (DynamoDbFault fault :
       {DynamoDbFault::kLoseAnswer, DynamoDbFault::kCloseMidBody, DynamoDbFault::kBreakChecksum,
        DynamoDbFault::kInternalError, DynamoDbFault::kNoJson}) {
    fake_.fail_next(fault);
    EXPECT_TRUE(get(table_, {{"id", text("1")}}));
    EXPECT_EQ(new_requests(), 2);
  }
}

TEST_F(ClientFaultTest, EndsWithinTenSecondsWhateverHangs) {
  Duration begun = clock_.monotonic();
  fake_.fail_next(DynamoDbFault::kHang, 100);
  begin_in_vain("PutItem", insert_parameters());
  for (int nth : {2, 3}) {
    skip_pause();
    time_out(nth);
  }
  finish();
  ASSERT_FALSE(*result_);
  EXPECT_EQ(result_->error().error.code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(result_->error().error.retry_after, 1s);
  EXPECT_TRUE(result_->error().maybe_done);
  EXPECT_LE(clock_.monotonic() - begun, 10s);
  EXPECT_GE(clock_.monotonic() - begun, 9s) << "three tries of three seconds";
  EXPECT_EQ(fake_.item_count(table_), 0u);
}

TEST_F(ClientFaultTest, AWriteThatTimedOutMayBeTheConflictOfTheNextTry) {
  fake_.fail_next(DynamoDbFault::kHangAfter);
  begin_in_vain("PutItem", insert_parameters());
  finish();
  ASSERT_FALSE(*result_);
  EXPECT_EQ(result_->error().error.code, ErrorCode::kConflict);
  EXPECT_TRUE(result_->error().maybe_done);
  EXPECT_EQ(fake_.item_count(table_), 1u);
}

TEST_F(ClientFaultTest, StopsWhenItIsAskedTo) {
  fake_.fail_next(DynamoDbFault::kHang);
  std::stop_source stop;
  std::optional<CallResult<json::object>> result;
  group_.start(
      keep(client_->call("PutItem", insert_parameters(), {.stop = stop.get_token()}), result));
  loop_.run_until_idle();
  ASSERT_TRUE(fake_.wait_for_requests(static_cast<std::size_t>(requests_) + 1));
  stop.request_stop();
  while (!result) loop_.run_when_posted();
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().error.code, ErrorCode::kCancelled);
  EXPECT_TRUE(result->error().maybe_done);
  EXPECT_EQ(loop_.timers(), 0u);
}

TEST_F(ClientFaultTest, StopsInAPause) {
  fake_.fail_next(DynamoDbFault::kThrottle, 100);
  std::stop_source stop;
  std::optional<CallResult<json::object>> result;
  group_.start(
      keep(client_->call("PutItem", insert_parameters(), {.stop = stop.get_token()}), result));
  loop_.run_until_idle();
  while (loop_.next_timer_in() > 2s) loop_.run_when_posted();
  stop.request_stop();
  while (!result) loop_.run_until_idle();
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().error.code, ErrorCode::kCancelled);
  EXPECT_FALSE(result->error().maybe_done);
}

TEST_F(ClientFaultTest, SetsItsClockByTheServices) {
  for (Duration ahead : {Duration(1h), Duration(-1h), Duration(0)}) {
    fake_.set_clock_ahead(ahead);
    CallResult<json::object> answer = call("GetItem", get_parameters());
    EXPECT_TRUE(answer) << answer.error().error.detail;
    EXPECT_EQ(new_requests(), 2) << "refused once, then signed with the right time";
    EXPECT_TRUE(call("GetItem", get_parameters()));
    EXPECT_EQ(new_requests(), 1) << "and remembered";
  }
}

TEST_F(ClientFaultTest, SetsItsClockWheneverThatIsTheTrouble) {
  fake_.set_clock_ahead(1h);
  fake_.fail_next(DynamoDbFault::kNoJson);
  EXPECT_TRUE(call("GetItem", get_parameters()));
  EXPECT_EQ(new_requests(), 3);
}

TEST_F(ClientFaultTest, SetsItsClockForAllThatWereSignedByTheOldOne) {
  fake_.set_clock_ahead(1h);
  std::array<std::optional<CallResult<json::object>>, 3> results;
  for (auto& result : results)
    group_.start(keep(client_->call("GetItem", get_parameters()), result));
  while (group_.running() > 0) loop_.run_when_posted();
  for (const auto& result : results) EXPECT_TRUE(result && *result);
  EXPECT_EQ(new_requests(), 6);
}

TEST_F(ClientFaultTest, SaysThatItsEndpointIsNone) {
  for (const char* endpoint : {"", "localhost", "mailto:a@b.example"}) {
    connect(endpoint, "eu-test-1");
    CallResult<json::object> answer = call("GetItem", get_parameters());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, ErrorCode::kStorageUnavailable);
    EXPECT_FALSE(answer.error().maybe_done);
  }
}

TEST_F(ClientFaultTest, SignsEveryTryAnew) {
  clock_.advance(1h);
  fake_.advance(1h);
  EXPECT_TRUE(call("GetItem", get_parameters()));
  EXPECT_EQ(new_requests(), 1);
}

TEST_F(ClientFaultTest, AsksOnceWhereItHasNoRights) {
  fake_.fail_next(DynamoDbFault::kAccessDenied);
  CallResult<json::object> answer = call("GetItem", get_parameters());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code, ErrorCode::kStorageUnavailable);
  EXPECT_THAT(answer.error().error.message, HasSubstr("keys"));
  EXPECT_EQ(new_requests(), 1);
}

TEST_F(ClientFaultTest, AsksOnceWithKeysThatAreWrong) {
  for (const net::AwsKeys& keys : {net::AwsKeys{"AKIDTEST", "another", "token-canary"},
                                   net::AwsKeys{"AKIDOTHER", "secret-canary", "token-canary"},
                                   net::AwsKeys{"AKIDTEST", "secret-canary", ""}}) {
    fake_.set_keys(keys);
    CallResult<json::object> answer = call("GetItem", get_parameters());
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().type,
                ::testing::AnyOf("InvalidSignatureException", "UnrecognizedClientException"));
    EXPECT_EQ(new_requests(), 1);
  }
}

// Gives other keys once the first ones are said to have expired.
class ExpiringCredentials final : public net::CredentialsSource {
 public:
  Task<Result<net::AwsKeys>> keys(std::stop_token) override { co_return keys_; }
  void expired(const net::AwsKeys& keys) override {
    EXPECT_EQ(keys, keys_);
    keys_ = {"AKIDNEW", "new-secret", "new-token"};
  }

 private:
  net::AwsKeys keys_ = kTestKeys;
};

TEST_F(ClientFaultTest, TakesOtherKeysWhenTheOldOnesHaveExpired) {
  credentials_ = std::make_unique<ExpiringCredentials>();
  connect(fake_.url(), fake_.region());
  fake_.fail_next(DynamoDbFault::kExpiredToken);
  CallResult<json::object> answer = call("GetItem", get_parameters());
  ASSERT_FALSE(answer) << "the fake knows the old ones alone";
  EXPECT_EQ(answer.error().type, "UnrecognizedClientException");
  EXPECT_EQ(new_requests(), 2);
}

// Are never there.
class SlowCredentials final : public net::CredentialsSource {
 public:
  Task<Result<net::AwsKeys>> keys(std::stop_token stop) override {
    co_await sleep_unless_stopped(1h, stop);
    co_return fail(ErrorCode::kCancelled, "stopped");
  }
  void expired(const net::AwsKeys&) override {}
};

TEST_F(ClientFaultTest, WaitsNoLongerForItsKeysThanForAnAnswer) {
  credentials_ = std::make_unique<SlowCredentials>();
  connect(fake_.url(), fake_.region());
  group_.start(keep(client_->call("GetItem", get_parameters()), result_));
  loop_.advance(10s);
  ASSERT_TRUE(result_);
  EXPECT_EQ(result_->error().error.code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(result_->error().error.retry_after, 1s);
  EXPECT_FALSE(result_->error().maybe_done);
}

TEST_F(ClientFaultTest, BelievesOnlyOnceThatItsKeysHaveExpired) {
  fake_.fail_next(DynamoDbFault::kExpiredToken, 100);
  EXPECT_FALSE(call("GetItem", get_parameters()));
  EXPECT_EQ(new_requests(), 2);
}

TEST_F(ClientFaultTest, SaysWhenNobodyListens) {
  std::string gone;
  {
    DynamoDbFake other(kTestKeys, clock_.now());
    gone = other.url();
  }
  connect(gone, fake_.region());
  CallResult<json::object> answer = call("GetItem", get_parameters());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(answer.error().error.retry_after, 1s);
}

TEST_F(ClientFaultTest, WritesWhatWasLeftUndone) {
  std::vector<BatchWrite> writes;
  std::vector<Item> keys;
  for (int i = 0; i < 40; ++i) {
    keys.push_back({{"id", text(fmt::format("{}", i))}});
    writes.push_back({table_, keys.back(), keys.back()});
  }
  fake_.leave_unprocessed(30);
  CallResult<void> written = run(write_batch(*client_, writes));
  ASSERT_TRUE(written) << written.error().error.detail;
  EXPECT_EQ(fake_.item_count(table_), 40u);
  fake_.leave_unprocessed(50);
  CallResult<std::vector<Item>> found = run(read_batch(*client_, table_, keys, true));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 40u);
}

TEST_F(ClientFaultTest, HoldsBatchesToTheirBytes) {
  std::vector<BatchWrite> writes;
  std::vector<Item> keys;
  for (int i = 0; i < 50; ++i) {
    keys.push_back({{"id", text(fmt::format("{}", i))}});
    Item item = keys.back();
    item["x"] = text(std::string(390'000, 'x'));
    writes.push_back({table_, keys.back(), std::move(item)});
  }
  ASSERT_TRUE(run(write_batch(*client_, std::move(writes))));
  EXPECT_EQ(new_requests(), 3) << "of 8 MB each at most";
  CallResult<std::vector<Item>> found = run(read_batch(*client_, table_, keys, true));
  ASSERT_TRUE(found) << found.error().error.detail;
  EXPECT_EQ(found->size(), 50u);
  EXPECT_EQ(new_requests(), 2) << "an answer holds 16 MB";
}

TEST_F(ClientFaultTest, SaysThatSomeMayHaveBeenWritten) {
  // So that the only timer of less than a pause is that of the whole call.
  connect(fake_.url(), fake_.region(), 1h);
  Item key{{"id", text("1")}};
  fake_.leave_unprocessed(1'000'000);
  Duration begun = clock_.monotonic();
  CallResult<void> written = run(write_batch(*client_, {{table_, key, key}}));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().error.code, ErrorCode::kStorageUnavailable);
  EXPECT_EQ(written.error().error.retry_after, 1s);
  EXPECT_TRUE(written.error().maybe_done);
  EXPECT_LE(clock_.monotonic() - begun, 10s);
}

class LoggedClientFaultTest : public ClientFaultTest {
 protected:
  LoggedClientFaultTest() : ClientFaultTest(Log(LogFormat::kJson, LogLevel::kDebug)) {}
};

TEST_F(LoggedClientFaultTest, TellsNoSecret) {
  fake_.fail_next(DynamoDbFault::kAccessDenied);
  ::testing::internal::CaptureStderr();
  CallResult<json::object> denied = call("PutItem", insert_parameters());
  fake_.set_keys({"AKIDTEST", "another", "token-canary"});
  CallResult<json::object> wrong = call("PutItem", insert_parameters());
  std::string lines = ::testing::internal::GetCapturedStderr();
  ASSERT_FALSE(denied);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(lines, HasSubstr("AccessDeniedException"));
  std::string all = lines + denied.error().error.message + denied.error().error.detail +
                    wrong.error().error.message + wrong.error().error.detail;
  for (const char* secret : {"secret-canary", "token-canary", "AWS4-HMAC", "AKIDTEST", "\"me\""})
    EXPECT_THAT(all, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace walrus::store::dynamodb
