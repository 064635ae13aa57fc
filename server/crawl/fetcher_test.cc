#include "crawl/fetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "testing/manual_loop.h"
#include "testing/scripted_http_server.h"

namespace walrus::crawl {
namespace {

using namespace std::chrono_literals;
using testing::chunk;
using testing::chunked_head;
using testing::Close;
using ::testing::ElementsAre;
using testing::Hang;
using ::testing::HasSubstr;
using testing::Script;
using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;
using testing::Write;

std::shared_ptr<const net::EgressGate> gate(std::string_view opened) {
  return std::make_shared<const net::EgressGate>(
      std::vector{net::AddressRange::parse(opened).value()});
}

class FetcherTest : public ::testing::Test {
 protected:
  Result<FetchedPage> fetch(const std::string& url) {
    return testing::run(loop_, fetcher_.fetch(net::Url::parse(url).value(), {}));
  }
  // What becomes of an answer that is `script`.
  Result<FetchedPage> fetch(const Script& script) {
    ScriptedHttpServer server([&](const SeenRequest&) { return script; });
    return fetch(server.url("/"));
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  Log log_ = Log::none();
  net::HttpClient client_{log_, {gate("127.0.0.1")}};
  HttpFetcher fetcher_{client_,
                       "WalrusBot/1.2",
                       {.page_bytes = 1000, .connect = 1s, .first_byte = 100ms, .idle = 100ms}};
};

TEST_F(FetcherTest, SaysWhoItIsAndNothingElse) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return whole_reply(200, "<p>Hello", "text/html", "Set-Cookie: a=b\r\n");
  });
  ASSERT_TRUE(fetch(server.url("/a?b#c")));
  ASSERT_TRUE(fetch(server.url("/a?b#c")));
  SeenRequest seen = server.requests().at(1);
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.target, "/a?b");
  EXPECT_EQ(seen.header("user-agent"), "WalrusBot/1.2");
  EXPECT_THAT(seen.header("accept"), HasSubstr("text/html,"));
  EXPECT_THAT(seen.header("accept-encoding"), HasSubstr("gzip"));
  for (const char* name : {"cookie", "referer", "accept-language", "authorization"}) {
    EXPECT_EQ(seen.header(name), "") << name;
  }
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(FetcherTest, ReadsWhatACrawlGoesBy) {
  auto page = fetch(whole_reply(200, "<p>Hello", "Text/HTML; boundary=x ; Charset=\"ISO-8859-1\"",
                                "X-Robots-Tag: noindex\r\nx-robots-tag: other: none\r\n"
                                "Location: /elsewhere\r\n"));
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->content_type, "text/html");
  EXPECT_EQ(page->charset, "ISO-8859-1");
  EXPECT_THAT(page->robots_tags, ElementsAre("noindex", "other: none"));
  EXPECT_EQ(page->body, "<p>Hello");
  EXPECT_FALSE(page->location) << "only a redirect leads elsewhere";
  EXPECT_FALSE(page->retry_after);
}

TEST_F(FetcherTest, ReadsContentTypesOfAnyShape) {
  auto type_of = [this](std::string_view header) {
    auto page = fetch(whole_reply(200, "x", header)).value();
    return page.content_type + "|" + page.charset;
  };
  EXPECT_EQ(type_of("text/plain;charset=utf-8"), "text/plain|utf-8");
  EXPECT_EQ(type_of("text/plain;"), "text/plain|");
  EXPECT_EQ(type_of(";charset="), "|");
  EXPECT_EQ(type_of("text/html; charset=\"utf-8"), "text/html|\"utf-8");
  EXPECT_EQ(type_of(""), "|");
}

TEST_F(FetcherTest, FollowsNoRedirect) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return whole_reply(308, "moved", "text/html", "Location: ../b?c\r\n");
  });
  auto page = fetch(server.url("/a"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 308);
  EXPECT_EQ(page->location, "../b?c");
  EXPECT_EQ(page->body, "");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(FetcherTest, ReadsRetryAfterInBothForms) {
  auto retry_after = [this](std::string_view value) {
    return fetch(whole_reply(503, "", "text/html", "Retry-After: " + std::string(value) + "\r\n"))
        ->retry_after;
  };
  EXPECT_EQ(retry_after("120"), 120s);
  EXPECT_EQ(retry_after("Mon, 15 Jan 2024 10:31:00 GMT"), 60s);  // it is 10:30
  EXPECT_EQ(retry_after("Mon, 15 Jan 2024 10:29:00 GMT"), 0s);
  EXPECT_EQ(retry_after("-5"), std::nullopt);
  EXPECT_EQ(retry_after("99999999999999999999"), std::nullopt);
  EXPECT_EQ(retry_after("later"), std::nullopt);
}

TEST_F(FetcherTest, HoldsAPageToItsSize) {
  EXPECT_EQ(fetch(whole_reply(200, std::string(1000, 'x')))->body.size(), 1000u);
  auto larger = fetch(whole_reply(200, std::string(1001, 'x')));
  ASSERT_FALSE(larger);
  EXPECT_EQ(larger.error().code, ErrorCode::kTooLarge);
  auto endless = fetch({chunked_head("text/html"), chunk(std::string(2000, 'x')), Hang{}});
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(fetch(whole_reply(404, std::string(2000, 'x')))->status, 404);
}

TEST_F(FetcherTest, ABombIsTooLarge) {
  std::string zeros(1 << 20, '\0');
  std::string bomb(compressBound(zeros.size()), '\0');
  uLongf size = bomb.size();
  ASSERT_EQ(compress(reinterpret_cast<Bytef*>(bomb.data()), &size,
                     reinterpret_cast<const Bytef*>(zeros.data()), zeros.size()),
            Z_OK);
  bomb.resize(size);
  auto page = fetch(whole_reply(200, bomb, "text/html", "Content-Encoding: deflate\r\n"));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kTooLarge) << page.error().message;
}

TEST_F(FetcherTest, TakesTheBeginningWhereItIsAskedFor) {
  ScriptedHttpServer server([](const SeenRequest&) -> Script {
    return {chunked_head("text/plain"), chunk("0123456789"), Hang{}};
  });
  net::Url url = net::Url::parse(server.url("/")).value();
  auto page = testing::run(loop_, fetcher_.fetch_beginning(url, 8, {}));
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->body, "01234567");
}

TEST_F(FetcherTest, LeavesWhatHoldsNoText) {
  auto page = fetch({chunked_head("Video/MP4"), chunk(std::string(2000, 'x')), Hang{}});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->content_type, "video/mp4");
  EXPECT_EQ(page->body, "");
}

TEST_F(FetcherTest, SaysWhatWentWrong) {
  std::string headers = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 100; ++i) headers += "X: " + std::string(1000, 'x') + "\r\n";
  const std::vector<std::pair<Script, std::string>> wrong{
      {{Close{}}, "The server's reply was broken or broke off."},
      {{Hang{}}, "The server did not begin to reply in time."},
      {{chunked_head("text/html"), chunk("x"), Hang{}}, "The server's reply stalled."},
      {{chunked_head("text/html"), Write{"zz\r\n"}, Close{}},
       "The server's reply was broken or broke off."},
      {{Write{headers + "\r\n"}}, "The server's reply was too large."},
  };
  for (const auto& [script, message] : wrong) {
    auto page = fetch(script);
    ASSERT_FALSE(page) << message;
    EXPECT_EQ(page.error().code, ErrorCode::kFetchFailed) << message;
    EXPECT_EQ(page.error().message, message);
  }
}

TEST_F(FetcherTest, AsksNobodyBehindTheGateAndForNothingThatNoCrawlTakes) {
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(200, ""); });
  std::string port = std::to_string(server.port());
  EXPECT_EQ(fetch("http://127.0.0.2:" + port).error().code, ErrorCode::kForbiddenAddress);
  EXPECT_EQ(fetch("http://user@127.0.0.1:" + port).error().code, ErrorCode::kFetchFailed);
  EXPECT_EQ(fetch("ftp://127.0.0.1:" + port).error().code, ErrorCode::kFetchFailed);
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(FetcherTest, StopsWhenItIsAskedTo) {
  std::stop_source stop;
  ScriptedHttpServer server([&](const SeenRequest&) -> Script {
    stop.request_stop();
    return {Hang{}};
  });
  net::Url url = net::Url::parse(server.url("/")).value();
  auto page = testing::run(loop_, fetcher_.fetch(url, stop.get_token()));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace walrus::crawl
