// A crawl on a logical clock, its site scripted and everything else real.
#include "pipelines/crawl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/server_life.h"

namespace walrus::pipelines {
namespace {

using namespace std::chrono_literals;
using status::Event;
using status::Outcome;
using status::Step;
using testing::Disk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ManualClock;
using testing::page_of;
using ::testing::Pair;
using testing::ScriptedSite;
using testing::ServerLife;

class CrawlTest : public ::testing::Test {
 protected:
  static crawl::FetchedPage answer(int status) { return {.status = status}; }

  // "/" and so many pages, all linked from it, each with a text of its own.
  void put_site(int pages) {
    std::vector<std::string> links;
    for (int i = 1; i < pages; ++i) {
      std::string path = "/page" + std::to_string(i);
      life.site.put_page(path, page_of("Page " + std::to_string(i) + " tells of animal" +
                                           std::to_string(i) + " that rests on the ice.",
                                       {"/"}));
      links.push_back(path);
    }
    life.site.put_page("/", page_of("Home of the clams and of all that eat them.", links));
  }
  std::map<std::string, store::PageRecord> pages_of(const std::string& document, int version = 1) {
    auto listing = *testing::run(life.loop, disk.tables.pages(document, version, {1000, ""}));
    std::map<std::string, store::PageRecord> pages;
    for (store::PageRecord& page : listing.records) {
      std::string path = page.url.substr(ScriptedSite::kUrl.size() - 1);
      pages.emplace(std::move(path), std::move(page));
    }
    return pages;
  }
  status::State state_of(const ServerLife::Accepted& accepted) {
    return life.operation(accepted.operation_id).state;
  }
  int asked_for(const std::string& path) {
    return static_cast<int>(
        std::ranges::count(life.site.requests, path, &ScriptedSite::Request::path));
  }

  ManualClock clock;
  Disk disk{clock};
  ServerLife life{clock, disk};
};

TEST_F(CrawlTest, OrderEveryStepIsReportedWithItsWordsAndPercentage) {
  put_site(5);
  auto accepted = life.crawl();
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  std::vector<std::pair<Step, int>> steps;
  for (const Event& event : life.events(accepted.operation_id)) {
    if (steps.empty() || steps.back().first != event.step) {
      steps.emplace_back(event.step, event.percent);
    }
  }
  EXPECT_THAT(steps,
              ElementsAre(Pair(Step::kInitializing, 10), Pair(Step::kCrawling, 25),
                          Pair(Step::kProcessingContent, 50), Pair(Step::kCreatingEmbeddings, 75),
                          Pair(Step::kStoringMetadata, 95), Pair(Step::kFinished, 100)));
  status::State state = state_of(accepted);
  EXPECT_EQ(state.message, "Crawling completed");
  EXPECT_EQ(find_integer(state.metadata, "pages_total"), 5);
  EXPECT_EQ(find_integer(state.metadata, "pages_crawled"), 5);
  store::DocumentRecord document = life.document(accepted.document_id);
  EXPECT_EQ(document.crawl_pages, 5);
  EXPECT_EQ(find_integer(state.metadata, "chunks_created"), document.chunk_count);
  EXPECT_EQ(find_integer(state.metadata, "chunks_embedded"), document.chunk_count);
  EXPECT_FALSE(life.find("animal3").empty());
}

TEST_F(CrawlTest, TheWordsOfEmbeddingNameAllChunks) {
  put_site(9);
  auto accepted = life.crawl();
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  std::string wanted = std::to_string(life.document(accepted.document_id).chunk_count) + " chunks";
  auto events = life.events(accepted.operation_id);
  auto embedding = std::ranges::find(events, Step::kCreatingEmbeddings, &Event::step);
  ASSERT_NE(embedding, events.end());
  EXPECT_THAT(embedding->message, HasSubstr(wanted));
}

TEST_F(CrawlTest, AFastSiteGetsEightRequestsSideBySideAndNoPause) {
  put_site(41);
  auto accepted = life.crawl();
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  EXPECT_EQ(state_of(accepted).outcome, Outcome::kCompleted);
  EXPECT_EQ(life.site.most_under_way, 8);
}

TEST_F(CrawlTest, ACrawlDelayIsKeptBetweenTheBeginningsOfTwoRequests) {
  put_site(5);
  life.site.put("/robots.txt", []() -> Result<crawl::FetchedPage> {
    return crawl::FetchedPage{.status = 200,
                              .content_type = "text/plain",
                              .body = "User-agent: *\nCrawl-delay: 3\nDisallow: /page2\n"};
  });
  auto accepted = life.crawl();
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  ASSERT_EQ(life.site.requests.size(), 4u);
  for (std::size_t i = 1; i < life.site.requests.size(); ++i) {
    EXPECT_GE(life.site.requests[i].when - life.site.requests[i - 1].when, 3s) << i;
  }
  auto pages = pages_of(accepted.document_id);
  EXPECT_EQ(pages.at("/page2").state, store::PageState::kSkipped);
  EXPECT_EQ(pages.at("/page2").reason, "robots.txt: Disallow: /page2");
}

TEST_F(CrawlTest, ASiteThatHasEnoughIsWaitedForAndAskedAgain) {
  put_site(3);
  int refusals = 2;
  life.site.put("/page1", [&refusals]() -> Result<crawl::FetchedPage> {
    if (refusals-- > 0) return crawl::FetchedPage{.status = 429, .retry_after = 7s};
    return crawl::FetchedPage{
        .status = 200, .content_type = "text/html", .body = page_of("At last a narwhal.", {})};
  });
  auto accepted = life.crawl();
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  std::vector<Duration> times;
  for (const auto& request : life.site.requests) {
    if (request.path == "/page1") times.push_back(request.when);
  }
  ASSERT_EQ(times.size(), 3u);
  EXPECT_GE(times[1] - times[0], 7s);
  EXPECT_GE(times[2] - times[1], 7s);
  EXPECT_EQ(pages_of(accepted.document_id).at("/page1").state, store::PageState::kCrawled);
}

TEST_F(CrawlTest, OneBadPageOfEachKindFailsNoCrawl) {
  put_site(2);
  life.site.put_page("/", page_of("Home of the clams.", {"/page1", "/broken", "/gone", "/inside",
                                                         "/picture", "/loop", "/denied"}));
  int broken = 0;
  life.site.put("/broken", [&broken]() -> Result<crawl::FetchedPage> {
    ++broken;
    return fail(ErrorCode::kFetchFailed, "The connection broke.");
  });
  life.site.put("/inside", []() -> Result<crawl::FetchedPage> {
    return fail(ErrorCode::kForbiddenAddress, "The address is not public.");
  });
  life.site.put("/picture", []() -> Result<crawl::FetchedPage> {
    return crawl::FetchedPage{.status = 200, .content_type = "image/png"};
  });
  life.site.put("/loop", []() -> Result<crawl::FetchedPage> {
    return crawl::FetchedPage{.status = 302, .location = "/loop"};
  });
  life.site.put("/denied", [] { return answer(403); });
  auto accepted = life.crawl();
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  EXPECT_EQ(state_of(accepted).outcome, Outcome::kCompleted);
  EXPECT_EQ(broken, 3) << "where trying may help";
  EXPECT_EQ(asked_for("/denied"), 1) << "where it does not";
  auto pages = pages_of(accepted.document_id);
  using enum store::PageState;
  EXPECT_EQ(pages.at("/page1").state, kCrawled);
  EXPECT_EQ(std::pair(pages.at("/broken").state, pages.at("/broken").reason),
            std::pair(kFailed, std::string("The connection broke.")));
  EXPECT_EQ(std::pair(pages.at("/gone").state, pages.at("/gone").reason),
            std::pair(kFailed, std::string("HTTP 404")));
  EXPECT_EQ(std::pair(pages.at("/inside").state, pages.at("/inside").reason),
            std::pair(kFailed, std::string("The address is not public.")));
  EXPECT_EQ(std::pair(pages.at("/picture").state, pages.at("/picture").reason),
            std::pair(kSkipped, std::string("type: image/png")));
  EXPECT_EQ(pages.at("/loop").state, kSkipped);
  EXPECT_THAT(pages.at("/loop").reason, HasSubstr("redirect"));
  EXPECT_EQ(pages.at("/denied").reason, "HTTP 403");
}

// Of a site whose every page redirects to another, nothing is crawled and the root says why.
TEST_F(CrawlTest, RedirectsThatNeverEndAreBounded) {
  int next = 0;
  auto onwards = [&next]() -> Result<crawl::FetchedPage> {
    return crawl::FetchedPage{.status = 302, .location = "/hop" + std::to_string(++next)};
  };
  life.site.put("/", onwards);
  for (int i = 1; i < 2'000; ++i) life.site.put("/hop" + std::to_string(i), onwards);
  auto accepted = life.crawl({.max_pages = 50});
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  status::State state = state_of(accepted);
  ASSERT_EQ(state.outcome, Outcome::kFailed);
  EXPECT_EQ(state.error->type, ErrorCode::kFetchFailed);
  EXPECT_THAT(state.error->message, HasSubstr("redirect"));
  EXPECT_LE(life.site.requests.size(), 11u);
}

TEST_F(CrawlTest, TheWorkOfACancelledCrawlStopsWithinASecond) {
  put_site(30);
  life.site.latency = 500ms;
  auto accepted = life.crawl();
  ASSERT_TRUE(life.run_until([&] { return life.site.requests.size() > 4; }));
  ASSERT_TRUE(testing::run(life.loop, life.jobs.request_cancel(accepted.operation_id)));
  Duration wished = clock.monotonic();
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  EXPECT_LE(clock.monotonic() - wished, 1s);
  EXPECT_EQ(state_of(accepted).error->type, ErrorCode::kCancelled);
  std::size_t asked = life.site.requests.size();
  life.loop.advance(60s);
  EXPECT_EQ(life.site.requests.size(), asked);
  EXPECT_TRUE(disk.index->versions()->empty());
}

// It is waited for, and not for days.
TEST_F(CrawlTest, ASiteThatRefusesForEverEndsTheCrawlWithWhatItHas) {
  constexpr int kPages = 200;
  put_site(kPages);
  for (int i = 2; i < kPages; ++i) {
    life.site.put("/page" + std::to_string(i), [] { return answer(503); });
  }
  auto accepted = life.crawl({.max_pages = kPages});
  Duration begun = clock.monotonic();
  while (!life.run_to_end(accepted.operation_id) && clock.monotonic() - begun < 12h) continue;
  EXPECT_GE(clock.monotonic() - begun, 10min);
  EXPECT_LE(clock.monotonic() - begun, 1h);
  status::State state = state_of(accepted);
  EXPECT_EQ(state.outcome, Outcome::kCompleted) << state.message;
  EXPECT_EQ(find_integer(state.metadata, "pages_crawled"), 2);
  EXPECT_LE(life.site.requests.size(), 3u * 40);
  EXPECT_EQ(pages_of(accepted.document_id).at("/page199").reason,
            "the site refuses, or does not answer any more");
}

TEST_F(CrawlTest, AnEmbedderWhoseVectorsChangeTheirSizeIsAskedAnewByARetry) {
  put_site(20);
  life.embedder.before_batch = [this](std::stop_token) -> Result<void> {
    if (life.embedder.batches == 3) life.embedder.dimensions = 24;
    return {};
  };
  auto accepted = life.crawl();
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  status::State state = state_of(accepted);
  ASSERT_EQ(state.outcome, Outcome::kFailed);
  EXPECT_EQ(state.error->type, ErrorCode::kEmbeddingFailed);
  EXPECT_THAT(state.error->message, HasSubstr("Retry"));
  std::size_t asked = life.site.requests.size();
  ASSERT_TRUE(life.retry(accepted.operation_id));
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  EXPECT_EQ(state_of(accepted).outcome, Outcome::kCompleted);
  EXPECT_LE(life.site.requests.size(), asked + 8);
  auto windows = *testing::run(life.loop, disk.tables.windows(accepted.document_id, 1, 0, 1000));
  EXPECT_EQ(windows.dimensions, 24);
  EXPECT_EQ(std::ssize(life.chunks(accepted.document_id, 1)), 20);
}

TEST_F(CrawlTest, AQueryIsAskedForInTheEncodingOfItsPage) {
  life.site.put("/", []() -> Result<crawl::FetchedPage> {
    return crawl::FetchedPage{.status = 200,
                              .content_type = "text/html",
                              .charset = "windows-1252",
                              .body = page_of("Home of the clams.", {"/search?q=gr\xf6\xdf"
                                                                     "er"})};
  });
  auto accepted = life.crawl();
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  EXPECT_TRUE(pages_of(accepted.document_id).contains("/search?q=gr%F6%DFer"));
}

TEST_F(CrawlTest, MaxPagesCountsWhatIsAskedForExactly) {
  put_site(30);
  life.site.put("/page3", [] { return answer(404); });
  auto accepted = life.crawl({.max_pages = 10});
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  EXPECT_EQ(life.site.requests.size(), 10u);
  status::State state = state_of(accepted);
  EXPECT_EQ(find_integer(state.metadata, "pages_crawled"), 9);
  EXPECT_EQ(find_integer(state.metadata, "pages_failed"), 1);
}

}  // namespace
}  // namespace walrus::pipelines
