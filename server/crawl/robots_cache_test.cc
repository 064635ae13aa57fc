#include "crawl/robots_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "testing/manual_loop.h"
#include "testing/scripted_http_server.h"

namespace walrus::crawl {
namespace {

using namespace std::chrono_literals;
using Kind = RobotsAnswer::Kind;
using testing::AwaitGate;
using testing::Close;
using testing::Gate;
using ::testing::HasSubstr;
using testing::Script;
using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;

constexpr const char* kRules = "User-agent: walrusbot\nDisallow: /private\n";

Script text(std::string_view body) {
  return whole_reply(200, body, "text/plain");
}

Script redirect(const std::string& target) {
  return whole_reply(302, "", "text/html", "Location: " + target + "\r\n");
}

class RobotsCacheTest : public ::testing::Test {
 protected:
  net::Url root(std::string_view target = "/docs/") const {
    return net::Url::parse(site_.url(target)).value();
  }
  // What the website answers from now on.
  void play(ScriptedHttpServer::Handler script) {
    std::lock_guard lock(mutex_);
    script_ = std::move(script);
  }
  ScriptedHttpServer::Handler script() {
    std::lock_guard lock(mutex_);
    return script_;
  }
  Result<RobotsAnswer> ask() { return testing::run(loop_, cache_.of(root(), {})); }

  static std::shared_ptr<const net::EgressGate> gate() {
    return std::make_shared<const net::EgressGate>(
        std::vector{net::AddressRange::parse("127.0.0.1").value()});
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  Log log_ = Log::none();
  std::mutex mutex_;
  ScriptedHttpServer::Handler script_ = [](const SeenRequest&) { return text(kRules); };
  ScriptedHttpServer site_{[this](const SeenRequest& request) { return script()(request); }};
  net::HttpClient client_{log_, {gate()}};
  HttpFetcher fetcher_{client_, "WalrusBot/0.1"};
  Politeness politeness_;
  RobotsCache cache_{fetcher_, politeness_, "WalrusBot/0.1"};
};

TEST_F(RobotsCacheTest, FetchesTheRulesOnceADay) {
  auto answer = ask();
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->kind, Kind::kRules);
  EXPECT_FALSE(answer->robots->check(site_.url("/private/a")).allowed);
  EXPECT_TRUE(answer->robots->check(site_.url("/public")).allowed);
  EXPECT_EQ(site_.requests().at(0).target, "/robots.txt");
  EXPECT_EQ(site_.requests().at(0).header("user-agent"), "WalrusBot/0.1");
  clock_.advance(23h);
  EXPECT_TRUE(ask());
  EXPECT_EQ(site_.requests().size(), 1u);
  clock_.advance(2h);
  EXPECT_TRUE(ask());
  EXPECT_EQ(site_.requests().size(), 2u);
}

TEST_F(RobotsCacheTest, WhatIsNotThereForbidsNothing) {
  for (int status : {401, 403, 404, 410}) {
    RobotsCache cache(fetcher_, politeness_, "WalrusBot");
    play([status](const SeenRequest&) { return whole_reply(status, "Disallow: /"); });
    auto answer = testing::run(loop_, cache.of(root(), {}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, Kind::kAllowAll) << status;
    EXPECT_THAT(answer->why, HasSubstr(std::to_string(status)));
  }
}

TEST_F(RobotsCacheTest, TroubleForbidsEverything) {
  for (int status : {429, 500, 503}) {
    Politeness politeness;
    RobotsCache cache(fetcher_, politeness, "WalrusBot");
    play([status](const SeenRequest&) { return whole_reply(status, ""); });
    auto answer = testing::run(loop_, cache.of(root(), {}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, Kind::kDisallowAll) << status;
    EXPECT_FALSE(answer->unreachable) << status;
    EXPECT_THAT(answer->why, HasSubstr(std::to_string(status)));
  }
}

TEST_F(RobotsCacheTest, NoAnswerForbidsEverythingForMinutes) {
  play([](const SeenRequest&) -> Script { return {Close{}}; });
  auto answer = ask();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Kind::kDisallowAll);
  EXPECT_TRUE(answer->unreachable);
  EXPECT_THAT(answer->why, HasSubstr("broke off"));
  play([](const SeenRequest&) { return text(kRules); });
  clock_.advance(9min);
  EXPECT_EQ(ask()->kind, Kind::kDisallowAll);
  clock_.advance(2min);
  EXPECT_EQ(ask()->kind, Kind::kRules);
}

TEST_F(RobotsCacheTest, FollowsFiveRedirectsToAnyWebsite) {
  ScriptedHttpServer other([](const SeenRequest&) { return text(kRules); });
  play([&](const SeenRequest& request) {
    if (request.target == "/robots.txt") return redirect("/1");
    if (request.target == "/4") return redirect(other.url("/rules"));
    return redirect("/" + std::to_string(request.target[1] - '0' + 1));
  });
  auto answer = ask();
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->kind, Kind::kRules);
  EXPECT_FALSE(answer->robots->check(site_.url("/private")).allowed);
  EXPECT_EQ(site_.requests().size(), 5u);
  EXPECT_EQ(other.requests().size(), 1u);
}

TEST_F(RobotsCacheTest, WhatIsBehindASixthRedirectIsNotThere) {
  play([](const SeenRequest&) { return redirect("/robots.txt"); });
  auto answer = ask();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Kind::kAllowAll);
  EXPECT_EQ(site_.requests().size(), 6u);
}

TEST_F(RobotsCacheTest, ARedirectInwardsReachesNobodyAndAllowsNothing) {
  play([](const SeenRequest&) { return redirect("http://127.0.0.2:1/robots.txt"); });
  auto answer = ask();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Kind::kDisallowAll);
}

TEST_F(RobotsCacheTest, ARedirectToWhatIsNoAddressForACrawlIsNoRedirect) {
  for (const char* target : {"ftp://a.example/", "http://", "http://user@127.0.0.1/"}) {
    RobotsCache cache(fetcher_, politeness_, "WalrusBot");
    play([target](const SeenRequest&) { return redirect(target); });
    EXPECT_EQ(testing::run(loop_, cache.of(root(), {}))->kind, Kind::kAllowAll) << target;
  }
}

TEST_F(RobotsCacheTest, AForbiddenAddressIsAnErrorAndNotRemembered) {
  net::Url inside = net::Url::parse("http://127.0.0.2:1/").value();
  for (int i = 0; i < 2; ++i) {
    auto answer = testing::run(loop_, cache_.of(inside, {}));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kForbiddenAddress);
  }
}

TEST_F(RobotsCacheTest, ReadsTheFirst500KiB) {
  std::string rules = "User-agent: *\n" + std::string(Robots::kMostBytes - 100, '#') +
                      "\nDisallow: /early\n" + std::string(100, '#') + "\nDisallow: /late\n";
  play([&](const SeenRequest&) { return text(rules + std::string(1 << 20, '#')); });
  auto answer = ask();
  ASSERT_EQ(answer->kind, Kind::kRules);
  EXPECT_FALSE(answer->robots->check("/early").allowed);
  EXPECT_TRUE(answer->robots->check("/late").allowed);
}

TEST_F(RobotsCacheTest, TellsPolitenessOfTheCrawlDelay) {
  play([](const SeenRequest&) { return text("User-agent: *\nCrawl-delay: 7\n"); });
  EXPECT_TRUE(ask());
  auto enter = [](Politeness& politeness, std::string origin, Duration& entered) -> Task<void> {
    Loop& home = co_await home_loop();
    auto ticket = co_await politeness.enter(std::move(origin), {});
    entered = home.clock().monotonic();
  };
  Duration entered{0};
  TaskGroup tasks(loop_, [](std::exception_ptr) { FAIL(); });
  tasks.start(enter(politeness_, root().origin(), entered));
  loop_.advance(1min);
  EXPECT_EQ(entered, 7s) << "after the request for robots.txt";
}

TEST_F(RobotsCacheTest, ForgetsTheOldestWhereTheyAreTooLarge) {
  RobotsCache cache(fetcher_, politeness_, "WalrusBot", {.most_bytes = 3000});
  ScriptedHttpServer other([](const SeenRequest&) { return text(std::string(1500, '#')); });
  net::Url second = net::Url::parse(other.url("/")).value();
  EXPECT_TRUE(testing::run(loop_, cache.of(root(), {})));
  EXPECT_TRUE(testing::run(loop_, cache.of(second, {})));
  EXPECT_TRUE(testing::run(loop_, cache.of(second, {})));
  EXPECT_EQ(other.requests().size(), 1u);
  EXPECT_TRUE(testing::run(loop_, cache.of(root(), {})));
  EXPECT_EQ(site_.requests().size(), 2u);
}

// Several who ask while the fetch waits at a gate.
class RobotsCacheCrowdTest : public RobotsCacheTest {
 protected:
  void SetUp() override {
    play([this](const SeenRequest&) -> Script {
      Script script{AwaitGate{gate_}};
      script.push_back(text(kRules)[0]);
      return script;
    });
    for (int i = 0; i < kCrowd; ++i) {
      tasks_.start(ask_for(cache_, root(), stops_[i].get_token(), answers_[i]));
    }
    loop_.run_until_idle();
  }
  static Task<void> ask_for(RobotsCache& cache, net::Url root, std::stop_token stop,
                            std::optional<Result<RobotsAnswer>>& answer) {
    answer.emplace(co_await cache.of(std::move(root), std::move(stop)));
  }
  void await_all() {
    gate_->open();
    while (tasks_.running() > 0) loop_.run_when_posted();
  }

  static constexpr int kCrowd = 3;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  std::array<std::stop_source, kCrowd> stops_;
  std::array<std::optional<Result<RobotsAnswer>>, kCrowd> answers_;
  TaskGroup tasks_{loop_, [](std::exception_ptr) { FAIL(); }};
};

TEST_F(RobotsCacheCrowdTest, WaitsForOneFetch) {
  ASSERT_TRUE(site_.wait_for_requests(1));
  await_all();
  for (const auto& answer : answers_) EXPECT_EQ((*answer)->kind, Kind::kRules);
  EXPECT_EQ(site_.requests().size(), 1u);
}

TEST_F(RobotsCacheCrowdTest, OneWhoStopsWaitsNoLonger) {
  stops_[1].request_stop();
  loop_.run_until_idle();
  ASSERT_TRUE(answers_[1]);
  EXPECT_EQ(answers_[1]->error().code, ErrorCode::kCancelled);
  await_all();
  EXPECT_TRUE(*answers_[0]);
  EXPECT_TRUE(*answers_[2]);
}

TEST_F(RobotsCacheCrowdTest, AnotherGoesOnWhereTheOneWhoFetchesStops) {
  ASSERT_TRUE(site_.wait_for_requests(1));
  stops_[0].request_stop();
  while (!answers_[0]) loop_.run_when_posted();
  EXPECT_EQ(answers_[0]->error().code, ErrorCode::kCancelled);
  await_all();
  for (int i : {1, 2}) EXPECT_EQ((*answers_[i])->kind, Kind::kRules);
  EXPECT_EQ(site_.requests().size(), 2u);
}

}  // namespace
}  // namespace walrus::crawl
