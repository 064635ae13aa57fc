#include "cli/commands_for_test.h"

namespace walrus::cli {
namespace {

const std::string kCrawling =
    R"({"type":"status","processing_status":"processing","processing_step":"crawling",)"
    R"("progress_percentage":31,"status_message":"Crawling website pages...","error":null,)"
    R"("status_metadata":{"pages_total":12,"pages_crawled":4,"current_url":"https://a.example/d"}})";
const std::string kCrawled =
    R"({"type":"status","processing_status":"completed","processing_step":"finished",)"
    R"("progress_percentage":100,"status_message":"Crawling completed","error":null,)"
    R"("status_metadata":{"pages_total":12,"pages_crawled":10,"pages_failed":2,"pages_skipped":3,)"
    R"("chunks_created":31,"total_tokens":4000}})";
const std::string kDenied =
    R"({"type":"status","processing_status":"failed","processing_step":"initializing",)"
    R"("progress_percentage":10,"status_message":"Failed","error":{"type":"robots_denied",)"
    R"("message":"The site's robots.txt forbids this page.","step":"initializing",)"
    R"("retryable":false}})";

Script accepted() {
  return whole_reply(202, R"({"document_id":"doc-1","operation_id":"op-1","status":"processing"})");
}

// Accepts the crawl and tells of it.
Script play(const SeenRequest& request, const std::vector<std::string>& events) {
  return request.method == "POST" ? accepted() : stream_of(events);
}

TEST(CrawlCommand, FollowsTheSiteToItsEnd) {
  ScriptedHttpServer server(
      [](const SeenRequest& request) { return play(request, {kCrawling, kCrawled}); });
  Outcome outcome = run({"crawl", "https://a.example/", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone) << outcome.error;
  EXPECT_EQ(outcome.out, "doc-1  https://a.example/  10 pages, 2 failed, 3 skipped, 31 chunks\n");
  EXPECT_TRUE(has(outcome.error, "4 of 12 pages  https://a.example/d")) << outcome.error;
}

TEST(CrawlCommand, SaysWhatIsWishedAndNothingMore) {
  ScriptedHttpServer server([](const SeenRequest& request) { return play(request, {kCrawled}); });
  run({"crawl", "https://a.example/", "--url", server.url("")});
  run({"crawl", "https://a.example/", "--depth", "3", "--pages", "7", "--include", "/a*",
       "--include", "/b*", "--exclude", "*.php", "--sitemap", "--url", server.url("")});
  std::vector<std::string> bodies;
  std::vector<std::string> keys;
  for (const SeenRequest& request : server.requests()) {
    if (request.method != "POST") continue;
    bodies.push_back(request.body);
    keys.push_back(request.header("idempotency-key"));
  }
  ASSERT_EQ(bodies.size(), 2u);
  EXPECT_EQ(bodies[0], R"({"url":"https://a.example/","max_depth":2,"max_pages":50})");
  EXPECT_EQ(bodies[1],
            R"({"url":"https://a.example/","max_depth":3,"max_pages":7,"include":["/a*","/b*"],)"
            R"("exclude":["*.php"],"sitemap":true})");
  EXPECT_NE(keys[0], "");
  EXPECT_NE(keys[0], keys[1]);
}

TEST(CrawlCommand, AFailureIsSaidWithItsStep) {
  ScriptedHttpServer server([](const SeenRequest& request) { return play(request, {kDenied}); });
  Outcome outcome = run({"crawl", "https://a.example/", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(
      has(outcome.error, "walrus: https://a.example/: The site's robots.txt forbids this page.\n"))
      << outcome.error;
  EXPECT_TRUE(has(outcome.error, "robots_denied in step initializing"));
}

TEST(CrawlCommand, ListsEveryPageOfEveryListing) {
  ScriptedHttpServer server([](const SeenRequest& request) {
    if (!has(request.target, "/pages")) return play(request, {kCrawled});
    if (!has(request.target, "cursor")) {
      return whole_reply(200,
                         R"([{"url":"https://a.example/","state":"crawled","reason":""},)"
                         R"({"url":"https://a.example/b","state":"failed","reason":"HTTP 500"}])",
                         "application/json", "X-Next-Cursor: one more\r\n");
    }
    return whole_reply(200, R"([{"url":"https://a.example/c","state":"skipped",)"
                            R"("reason":"duplicate","dup_of":"https://a.example/"}])");
  });
  Outcome outcome = run({"crawl", "--list", "https://a.example/", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone) << outcome.error;
  EXPECT_TRUE(has(outcome.out,
                  "crawled  https://a.example/\n"
                  "failed   https://a.example/b  (HTTP 500)\n"
                  "skipped  https://a.example/c  (duplicate of https://a.example/)\n"))
      << outcome.out;
  EXPECT_TRUE(has(server.requests().back().target, "cursor=one%20more"));
}

TEST(CrawlCommand, WaitsForNothingWhereItIsNotAskedTo) {
  ScriptedHttpServer server([](const SeenRequest&) { return accepted(); });
  Outcome outcome = run({"crawl", "--no-wait", "https://a.example/", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_EQ(outcome.out, "doc-1  https://a.example/\n");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(CrawlCommand, JsonIsTheLastStatusAndNothingElse) {
  ScriptedHttpServer server(
      [](const SeenRequest& request) { return play(request, {kCrawling, kCrawled}); });
  Outcome outcome = run({"crawl", "--json", "https://a.example/", "--url", server.url("")});
  auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("processing_status"), "completed");
  EXPECT_EQ(outcome.error, "");
}

TEST(CrawlCommand, ARefusalIsSaid) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return whole_reply(422, R"({"detail":"The URL must be http or https.","error_type":)"
                            R"("validation_error"})");
  });
  Outcome outcome = run({"crawl", "ftp://a.example/", "--url", server.url("")});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_TRUE(has(outcome.error, "The URL must be http or https.")) << outcome.error;
  EXPECT_EQ(run({"crawl", "https://a.example/", "--depth", "6", "--url", server.url("")}).code,
            kUsage);
}

}  // namespace
}  // namespace walrus::cli
