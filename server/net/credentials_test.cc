#include "net/credentials.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "testing/manual_loop.h"

namespace walrus::net {
namespace {

using namespace std::chrono_literals;

// Gives what a test has put in, in order, and holds its answer where the test wants it to.
struct ProviderScript {
  std::deque<Result<std::optional<SessionKeys>>> answers;
  bool holds = false;
  std::optional<Completion<int>> held;
  int asked = 0;
};

class ScriptedProvider final : public KeysProvider {
 public:
  explicit ScriptedProvider(ProviderScript& script) : script_(script) {}

  Task<Result<std::optional<SessionKeys>>> fetch(std::stop_token stop) override {
    ++script_.asked;
    if (script_.holds) {
      auto hold = [this](Completion<int> done) { script_.held.emplace(std::move(done)); };
      co_await wait_for_callback<int>(hold);
    }
    if (stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "stopped");
    auto answer = std::move(script_.answers.front());
    script_.answers.pop_front();
    co_return answer;
  }

 private:
  ProviderScript& script_;
};

class CachedCredentialsTest : public ::testing::Test {
 protected:
  CachedCredentialsTest() {
    std::vector<std::unique_ptr<KeysProvider>> providers;
    providers.push_back(std::make_unique<ScriptedProvider>(nowhere_));
    providers.push_back(std::make_unique<ScriptedProvider>(script_));
    credentials_ = std::make_unique<CachedCredentials>(std::move(providers), clock_, log_);
    for (int i = 0; i < 20; ++i) nowhere_.answers.emplace_back(std::nullopt);
  }

  void will_give(const char* id, std::optional<Duration> life) {
    std::optional<TimePoint> end;
    if (life) end = clock_.now() + *life;
    script_.answers.emplace_back(SessionKeys{{id, "secret", "token"}, end});
  }
  void will_fail() {
    script_.answers.emplace_back(fail(ErrorCode::kStorageUnavailable, "away", "away"));
  }
  // The id of the keys, or "-" where there are none.
  std::string ask() {
    Result<AwsKeys> keys = testing::run(loop_, credentials_->keys({}));
    return keys ? keys->access_key_id : "-";
  }

  using Answer = std::optional<Result<AwsKeys>>;
  static Task<void> keep(Task<Result<AwsKeys>> task, Answer& out) {
    out.emplace(co_await std::move(task));
  }
  void release() {
    (*std::exchange(script_.held, std::nullopt))(0);
    loop_.run_until_idle();
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  Log log_ = Log::none();
  ProviderScript nowhere_, script_;
  std::unique_ptr<CachedCredentials> credentials_;
  TaskGroup group_{loop_, [](std::exception_ptr) { FAIL(); }};
};

TEST_F(CachedCredentialsTest, AsksOnceForKeysThatNeverEnd) {
  will_give("A", std::nullopt);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask(), "A");
    clock_.advance(1000h);
  }
  EXPECT_EQ(script_.asked, 1);
}

TEST_F(CachedCredentialsTest, RenewsFiveMinutesBeforeTheEnd) {
  will_give("A", 1h);
  EXPECT_EQ(ask(), "A");
  clock_.advance(55min - 1s);
  EXPECT_EQ(ask(), "A");
  clock_.advance(1s);
  will_give("B", 1h);
  EXPECT_EQ(ask(), "B");
  EXPECT_EQ(script_.asked, 2);
}

TEST_F(CachedCredentialsTest, KeepsGoodKeysWhileTheyCannotBeRenewed) {
  will_give("A", 1h);
  EXPECT_EQ(ask(), "A");
  clock_.advance(56min);
  will_fail();
  EXPECT_EQ(ask(), "A");
  EXPECT_EQ(ask(), "A") << "without asking again at once";
  EXPECT_EQ(script_.asked, 2);
  clock_.advance(10s);
  will_fail();
  EXPECT_EQ(ask(), "A");
  EXPECT_EQ(script_.asked, 3);
  clock_.advance(4min);
  will_fail();
  EXPECT_EQ(ask(), "-") << "they have ended";
}

TEST_F(CachedCredentialsTest, SaysWhatToSetWhereThereIsNothing) {
  script_.answers.emplace_back(std::nullopt);
  Result<AwsKeys> keys = testing::run(loop_, credentials_->keys({}));
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, ErrorCode::kStorageUnavailable);
  EXPECT_NE(keys.error().message.find("AWS_ACCESS_KEY_ID"), std::string::npos);
}

TEST_F(CachedCredentialsTest, FetchesAnewWhatAServiceCallsExpired) {
  will_give("A", 1h);
  EXPECT_EQ(ask(), "A");
  credentials_->expired({"older", "secret", "token"});
  EXPECT_EQ(ask(), "A");
  credentials_->expired({"A", "secret", "token"});
  will_give("B", 1h);
  EXPECT_EQ(ask(), "B");
}

TEST_F(CachedCredentialsTest, OneAsksForAll) {
  script_.holds = true;
  will_give("A", 1h);
  std::array<Answer, 3> answers;
  for (Answer& answer : answers) group_.start(keep(credentials_->keys({}), answer));
  EXPECT_EQ(script_.asked, 1);
  release();
  for (const Answer& answer : answers) {
    ASSERT_TRUE(answer && *answer);
    EXPECT_EQ((*answer)->access_key_id, "A");
  }
  EXPECT_EQ(script_.asked, 1);
}

TEST_F(CachedCredentialsTest, AFailureIsToldToAll) {
  script_.holds = true;
  will_fail();
  std::array<Answer, 2> answers;
  for (Answer& answer : answers) group_.start(keep(credentials_->keys({}), answer));
  release();
  for (const Answer& answer : answers) EXPECT_TRUE(answer && !*answer);
  EXPECT_EQ(script_.asked, 1);
}

TEST_F(CachedCredentialsTest, OneThatIsStoppedTakesNobodyAlong) {
  script_.holds = true;
  will_give("A", 1h);
  std::stop_source stop;
  Answer stopped, other;
  group_.start(keep(credentials_->keys(stop.get_token()), stopped));
  group_.start(keep(credentials_->keys({}), other));
  stop.request_stop();
  release();
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->error().code, ErrorCode::kCancelled);
  ASSERT_FALSE(other) << "it asks by itself now";
  EXPECT_EQ(script_.asked, 2);
  release();
  ASSERT_TRUE(other && *other);
  EXPECT_EQ((*other)->access_key_id, "A");
}

TEST_F(CachedCredentialsTest, OneThatWaitsCanBeStopped) {
  script_.holds = true;
  will_give("A", 1h);
  std::stop_source stop, stopped_before;
  stopped_before.request_stop();
  Answer asks, waits, never_waits;
  group_.start(keep(credentials_->keys({}), asks));
  group_.start(keep(credentials_->keys(stop.get_token()), waits));
  group_.start(keep(credentials_->keys(stopped_before.get_token()), never_waits));
  loop_.run_until_idle();
  ASSERT_TRUE(never_waits);
  EXPECT_FALSE(waits);
  stop.request_stop();
  loop_.run_until_idle();
  ASSERT_TRUE(waits);
  EXPECT_EQ(waits->error().code, ErrorCode::kCancelled);
  release();
  ASSERT_TRUE(asks && *asks);
}

}  // namespace
}  // namespace walrus::net
