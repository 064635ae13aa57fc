// Websites on a logical clock, which note when each request came.
#include "crawl/politeness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "base/event_loop.h"
#include "testing/manual_loop.h"

namespace walrus::crawl {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

const std::string kSite = "https://a.example";

std::vector<Duration> copies(std::size_t count, Duration time) {
  return std::vector<Duration>(count, time);
}

struct Answer {
  int status = 200;
  Duration latency = 100ms;
  std::optional<std::chrono::seconds> retry_after = {};
  bool failed = false;
};

// Answers the requests as `script` says, of which each gets its number, from 0.
struct Website {
  std::function<Answer(int number)> script = [](int) { return Answer{}; };
  std::vector<Duration> times = {};  // when the requests came
  std::string visitors = {};         // their names, in this order
  std::vector<Error> refusals = {};  // of those who were not let in
  int running = 0;
  int most_running = 0;  // since it was last set to 0

  int at_once_now() { return std::exchange(most_running, 0); }
};

Task<void> visit(Politeness& politeness, Website& site, std::string origin, char visitor,
                 std::stop_token stop) {
  Loop& home = co_await home_loop();
  auto ticket = co_await politeness.enter(std::move(origin), std::move(stop));
  if (!ticket) {
    site.refusals.push_back(ticket.error());
    co_return;
  }
  Answer answer = site.script(static_cast<int>(site.times.size()));
  site.times.push_back(home.clock().monotonic());
  site.visitors += visitor;
  site.most_running = std::max(site.most_running, ++site.running);
  co_await sleep_for(answer.latency);
  --site.running;
  politeness.done(std::move(*ticket), {.status = answer.status,
                                       .latency = answer.latency,
                                       .retry_after = answer.retry_after,
                                       .failed = answer.failed});
}

Task<void> visit_in_turn(Politeness& politeness, Website& site, int count) {
  for (int i = 0; i < count; ++i) co_await visit(politeness, site, kSite, 'x', {});
}

class PolitenessTest : public ::testing::Test {
 protected:
  void TearDown() override { loop_.advance(1h); }  // whoever still waits
  // They come at once.
  void come(int count, char visitor = 'x', const std::string& origin = kSite,
            std::stop_token stop = {}) {
    for (int i = 0; i < count; ++i) {
      tasks_.start(visit(politeness_, site_, origin, visitor, stop));
    }
    loop_.run_until_idle();
  }
  void come_in_turn(int count) {
    tasks_.start(visit_in_turn(politeness_, site_, count));
    loop_.run_until_idle();
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  Politeness politeness_;
  Website site_;
  TaskGroup tasks_{loop_, [](std::exception_ptr) { FAIL(); }};
};

TEST_F(PolitenessTest, AFastWebsiteGetsEightAtOnceAndNoPause) {
  come(20);
  loop_.advance(1s);
  std::vector<Duration> expected = copies(8, 0ms);
  expected.insert(expected.end(), 8, 100ms);
  expected.insert(expected.end(), 4, 200ms);
  EXPECT_EQ(site_.times, expected);
}

TEST_F(PolitenessTest, ACrawlDelayMeansOneAtATimeAndSoLongBetweenBeginnings) {
  politeness_.set_crawl_delay(kSite, 5s);
  site_.script = [](int number) { return Answer{.latency = number == 1 ? 7s : 1s}; };
  come(4);
  loop_.advance(1min);
  EXPECT_THAT(site_.times, ElementsAre(0s, 5s, 12s, 17s));
  EXPECT_EQ(site_.most_running, 1);
}

TEST_F(PolitenessTest, NoCrawlDelayIsOverThirtySeconds) {
  politeness_.set_crawl_delay(kSite, 1h);
  come(3);
  loop_.advance(2min);
  EXPECT_THAT(site_.times, ElementsAre(0s, 30s, 60s));
}

TEST_F(PolitenessTest, ACrawlDelayThatIsTakenBackHoldsNobodyLonger) {
  politeness_.set_crawl_delay(kSite, 30s);
  come(3);
  loop_.advance(1s);
  politeness_.set_crawl_delay(kSite, 0s);
  loop_.advance(1s);
  EXPECT_THAT(site_.times, ElementsAre(0s, 1s, 1s));
}

TEST_F(PolitenessTest, ARefusalHalvesWhatGoesSideBySideAndPauses) {
  site_.script = [](int number) { return Answer{.status = number < 8 ? 503 : 200}; };
  come(20);
  loop_.advance(1500ms);
  // The eight refusals are one trouble. The first good answer, at 1.1 s, ends the pause; four good
  // ones, at 1.2 s, are worth a fifth request.
  std::vector<Duration> expected = copies(8, 0ms);
  expected.push_back(1s);
  expected.insert(expected.end(), 4, 1100ms);
  expected.insert(expected.end(), 5, 1200ms);
  expected.insert(expected.end(), 2, 1300ms);
  EXPECT_EQ(site_.times, expected);
}

TEST_F(PolitenessTest, PausesDoubleUpToAMinute) {
  site_.script = [](int) { return Answer{.status = 429}; };
  come_in_turn(9);
  loop_.advance(10min);
  EXPECT_THAT(site_.times, ElementsAre(0s, 1s, 3s, 7s, 15s, 31s, 63s, 123s, 183s));
}

TEST_F(PolitenessTest, PausesShrinkAgainWithGoodAnswers) {
  site_.script = [](int number) { return Answer{.status = number < 3 ? 429 : 200}; };
  come_in_turn(7);
  loop_.advance(1min);
  // Pauses of 1, 2 and 4 s, and then of 2, 1 and none: a request is over after 0.1 s.
  EXPECT_THAT(site_.times, ElementsAre(0s, 1s, 3s, 7s, 9s, 10s, 10100ms));
}

TEST_F(PolitenessTest, RetryAfterHoldsEverybody) {
  site_.script = [](int number) {
    return number == 0 ? Answer{.status = 503, .retry_after = 120s} : Answer{.latency = 2s};
  };
  come(9);
  loop_.advance(5min);
  ASSERT_EQ(site_.times.size(), 9u);
  EXPECT_EQ(site_.times[7], 0s);
  EXPECT_EQ(site_.times[8], 120s + 100ms);
}

TEST_F(PolitenessTest, RetryAfterOfAGoodAnswerSaysNothing) {
  site_.script = [](int) { return Answer{.retry_after = 120s}; };
  come_in_turn(2);
  loop_.advance(1s);
  EXPECT_THAT(site_.times, ElementsAre(0s, 100ms));
}

TEST_F(PolitenessTest, NobodyWaitsForAWebsiteThatAsksForMoreThanFiveMinutes) {
  site_.script = [](int number) {
    return number == 0 ? Answer{.status = 429, .retry_after = 10min} : Answer{.latency = 1min};
  };
  come(10);
  loop_.advance(1s);
  ASSERT_EQ(site_.refusals.size(), 2u) << "who stood in line";
  EXPECT_EQ(site_.refusals[0].code, ErrorCode::kFetchFailed);
  EXPECT_EQ(site_.refusals[0].message, "The website asks to be left alone for 10 minutes.");
  EXPECT_EQ(site_.refusals[0].retry_after, 10min);
  come(1);
  EXPECT_EQ(site_.refusals.size(), 3u) << "who comes later";
  loop_.advance(6min);
  come(1);  // and who comes when the rest can be waited for
  loop_.advance(10min);
  EXPECT_EQ(site_.refusals.size(), 3u);
  EXPECT_EQ(site_.times.back(), 10min + 100ms);
}

TEST_F(PolitenessTest, NoWebsiteIsLeftAloneForOverAnHour) {
  site_.script = [](int number) {
    return number == 0 ? Answer{.status = 429, .retry_after = 24h} : Answer{};
  };
  come(1);
  loop_.advance(1h - 1s);
  come(1);
  loop_.advance(1min);
  EXPECT_THAT(site_.times, ElementsAre(0s, 1h + 100ms));
}

TEST_F(PolitenessTest, AWebsiteThatBecomesSlowIsAskedLessAndThenMoreAgain) {
  Duration latency = 100ms;
  site_.script = [&](int) { return Answer{.latency = latency}; };
  come(200);
  loop_.advance(1s);
  EXPECT_EQ(site_.at_once_now(), 8);
  latency = 2s;
  loop_.advance(10s);
  site_.at_once_now();
  loop_.advance(10s);
  EXPECT_LE(site_.at_once_now(), 2);
  latency = 100ms;
  loop_.advance(20s);
  EXPECT_EQ(site_.at_once_now(), 8);
}

TEST_F(PolitenessTest, AWebsiteThatWasNeverFasterIsNotSlow) {
  site_.script = [](int) { return Answer{.latency = 900ms}; };
  come(64);
  loop_.advance(5s);
  site_.at_once_now();
  loop_.advance(2s);
  EXPECT_EQ(site_.at_once_now(), 8);
}

TEST_F(PolitenessTest, AWebsiteThatIsStillQuickIsNotSlow) {
  site_.script = [](int number) { return Answer{.latency = number < 8 ? 20ms : 400ms}; };
  come(64);
  loop_.advance(2s);
  site_.at_once_now();
  loop_.advance(400ms);
  EXPECT_EQ(site_.at_once_now(), 8);
}

TEST_F(PolitenessTest, OneSlowPageIsNoMatter) {
  site_.script = [](int number) { return Answer{.latency = number % 8 == 3 ? 3s : 100ms}; };
  come(200);
  loop_.advance(4s);
  site_.at_once_now();
  loop_.advance(4s);
  EXPECT_EQ(site_.at_once_now(), 8);
}

TEST_F(PolitenessTest, NoAnswerHalvesWhatGoesSideBySide) {
  site_.script = [](int number) { return Answer{.failed = number < 8}; };
  come(12);
  loop_.advance(1s);
  std::vector<Duration> expected = copies(8, 0ms);
  expected.insert(expected.end(), 4, 100ms);
  EXPECT_EQ(site_.times, expected);
}

TEST_F(PolitenessTest, CrawlsOfOneWebsiteGoFirstComeFirstServed) {
  politeness_.set_crawl_delay(kSite, 1s);
  for (char visitor : std::string("aabab")) come(1, visitor);
  loop_.advance(10s);
  EXPECT_EQ(site_.visitors, "aabab");
}

TEST_F(PolitenessTest, WebsitesDoNotWaitForEachOther) {
  politeness_.set_crawl_delay(kSite, 10s);
  come(3, 'a');
  come(3, 'b', "https://b.example");
  loop_.advance(1s);
  EXPECT_EQ(site_.visitors, "abbb");
}

TEST_F(PolitenessTest, WebsitesTakeTurnsWhereAllTogetherAreTooMany) {
  politeness_ = Politeness({.at_once_altogether = 2});
  come(4, 'a');
  come(2, 'b', "https://b.example");
  loop_.advance(1s);
  EXPECT_EQ(site_.visitors, "aaabab");
  EXPECT_EQ(site_.most_running, 2);
}

TEST_F(PolitenessTest, WhoStopsLeavesTheLine) {
  politeness_.set_crawl_delay(kSite, 10s);
  std::stop_source stop;
  come(1, 'a');
  come(1, 'b', kSite, stop.get_token());
  come(1, 'c');
  stop.request_stop();
  loop_.run_until_idle();
  ASSERT_EQ(site_.refusals.size(), 1u);
  EXPECT_EQ(site_.refusals[0].code, ErrorCode::kCancelled);
  come(1, 'd', kSite, stop.get_token());  // stopped before it came
  EXPECT_EQ(site_.refusals.size(), 2u);
  loop_.advance(1min);
  EXPECT_EQ(site_.visitors, "ac");
  EXPECT_THAT(site_.times, ElementsAre(0s, 10s));
}

TEST_F(PolitenessTest, WhoIsStoppedWithATicketOnTheWayGivesItBack) {
  politeness_ = Politeness({.at_once = 1});
  std::stop_source stop;
  tasks_.start(visit(politeness_, site_, kSite, 'a', stop.get_token()));
  stop.request_stop();  // the ticket is posted and not yet taken
  loop_.run_until_idle();
  come(1, 'b');
  EXPECT_EQ(site_.visitors, "b");
}

TEST_F(PolitenessTest, ATicketThatGoesWithoutAnOutcomeIsGivenBack) {
  politeness_ = Politeness({.at_once = 1});
  auto drop = [](Politeness& politeness) -> Task<void> {
    auto ticket = co_await politeness.enter(kSite, {});
    EXPECT_TRUE(ticket);
  };
  testing::run(loop_, drop(politeness_));
  come(1);
  EXPECT_EQ(site_.times.size(), 1u);
}

TEST_F(PolitenessTest, ForgetsWebsitesThatNobodyAsks) {
  auto origin = [](int number) { return "https://" + std::to_string(number) + ".example"; };
  site_.script = [](int number) {
    return number == 0 ? Answer{.status = 429, .retry_after = 1h} : Answer{};
  };
  for (int i = 0; i < 256; ++i) come(1, 'x', origin(i));
  loop_.advance(11min);
  EXPECT_EQ(politeness_.origins(), 256u);
  come(1, 'x', origin(256));
  EXPECT_EQ(politeness_.origins(), 2u) << "the one that is suspended, and the new one";
}

TEST_F(PolitenessTest, EverybodyGoesOnAtHome) {
  politeness_ = Politeness({.at_once = 1});
  testing::ManualLoop other(clock_);
  TaskGroup others(other, [](std::exception_ptr) { FAIL(); });
  come(1, 'a');
  others.start(visit(politeness_, site_, kSite, 'b', {}));
  loop_.advance(1s);
  EXPECT_EQ(site_.visitors, "a") << "the slot is free, but its loop has not run";
  other.advance(1s);
  EXPECT_EQ(site_.visitors, "ab");
}

TEST(PolitenessThreads, NoMoreThanAllowedFromAnyNumberOfLoops) {
  SystemClock clock;
  Politeness politeness({.at_once = 3});
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  std::atomic<int> visits = 0;
  auto crawl = [](Politeness& p, std::atomic<int>& now, std::atomic<int>& top,
                  std::atomic<int>& count) -> Task<void> {
    for (int i = 0; i < 100; ++i) {
      auto ticket = co_await p.enter(kSite, {});
      int here = ++now;
      for (int seen = top; seen < here && !top.compare_exchange_weak(seen, here);) {
      }
      co_await sleep_for(Duration(0));
      ++count;
      --now;
      p.done(std::move(*ticket), {.status = 200, .latency = 1ms});
    }
  };
  auto run_loop = [&] {
    EventLoop loop(clock);
    TaskGroup tasks(loop, [](std::exception_ptr) { FAIL(); });
    for (int i = 0; i < 4; ++i) tasks.start(crawl(politeness, running, most, visits));
    tasks.when_idle([&] { loop.stop(); });
    loop.run();
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(run_loop);
  threads.clear();
  EXPECT_EQ(visits, 1200);
  EXPECT_LE(most, 3);
}

}  // namespace
}  // namespace walrus::crawl
