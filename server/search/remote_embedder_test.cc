#include "search/remote_embedder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "base/json.h"
#include "base/worker_pool.h"
#include "search/embeddings_reply.h"
#include "testing/manual_loop.h"
#include "testing/scripted_http_server.h"

namespace walrus::search {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Script;
using testing::SeenRequest;
using ::testing::SizeIs;
using testing::whole_reply;

std::vector<std::string> inputs_of(const SeenRequest& request) {
  json::value body = parse_json(request.body).value();
  return json::value_to<std::vector<std::string>>(body.at("input"));
}

// A row of a text: its length and one, so that tests know which is whose.
Script embed_all(const SeenRequest& request) {
  std::string body = "{\"object\":\"list\",\"data\":[";
  std::vector<std::string> inputs = inputs_of(request);
  for (std::size_t i = inputs.size(); i-- > 0;) {  // the order of the reply is the server's own
    body += "{\"index\":" + std::to_string(i) + ",\"embedding\":[" +
            std::to_string(inputs[i].size()) + ",1]}" + (i > 0 ? "," : "");
  }
  return whole_reply(200, body + "]}");
}

class RemoteEmbedderTest : public ::testing::Test {
 protected:
  using Handler = std::function<Script(const SeenRequest&)>;

  Result<std::vector<float>> embed(Handler handler, std::vector<std::string> texts,
                                   std::stop_token stop = {}) {
    server_ = std::make_unique<testing::ScriptedHttpServer>(std::move(handler));
    RemoteEmbedder embedder = made(server_->url("/v1/"));
    return run_moving_time(embedder.embed(std::move(texts), std::move(stop)));
  }
  RemoteEmbedder made(const std::string& url) {
    return RemoteEmbedder({.url = url, .model = "small", .api_key = "secret-key"}, http_, workers_,
                          log_, [this] { return draw_; });
  }
  // Pauses are on the test's clock: it moves whenever the task waits for a timer.
  Result<std::vector<float>> run_moving_time(Task<Result<std::vector<float>>> task) {
    std::optional<Result<std::vector<float>>> result;
    TaskGroup group(loop_, [](std::exception_ptr) { FAIL() << "an exception"; });
    auto wrap = [](Task<Result<std::vector<float>>> inner,
                   std::optional<Result<std::vector<float>>>& out) -> Task<void> {
      out.emplace(co_await inner);
    };
    group.start(wrap(std::move(task), result));
    loop_.run_until_idle();
    while (group.running() > 0) {
      if (loop_.timers() > 0) {
        waited_ += std::chrono::milliseconds(50);
        loop_.advance(std::chrono::milliseconds(50));
      } else {
        loop_.run_when_posted();
      }
    }
    return std::move(*result);
  }
  std::size_t requests() const { return server_->requests().size(); }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  WorkerPool workers_{1, "worker"};
  Log log_ = Log::none();
  net::HttpClient http_{log_};
  double draw_ = 0.5;
  std::chrono::milliseconds waited_{0};
  std::unique_ptr<testing::ScriptedHttpServer> server_;
};

TEST_F(RemoteEmbedderTest, AsksAndNormalises) {
  auto rows = embed(embed_all, {"abc", "a"});
  ASSERT_TRUE(rows) << rows.error().detail;
  float root = std::sqrt(10.0F);
  EXPECT_THAT(*rows,
              ElementsAre(FloatNear(3 / root, 1e-6), FloatNear(1 / root, 1e-6),
                          FloatNear(std::sqrt(0.5F), 1e-6), FloatNear(std::sqrt(0.5F), 1e-6)));
  SeenRequest seen = server_->requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/v1/embeddings");
  EXPECT_EQ(seen.header("authorization"), "Bearer secret-key");
  EXPECT_EQ(parse_json(seen.body).value().at("model").as_string(), "small");
}

TEST_F(RemoteEmbedderTest, BatchesOf64InOrder) {
  std::vector<std::string> texts;
  texts.reserve(150);
  for (int i = 0; i < 150; ++i) texts.push_back(std::string(static_cast<std::size_t>(i + 1), 'x'));
  auto rows = embed(embed_all, texts);
  ASSERT_TRUE(rows);
  ASSERT_THAT(*rows, SizeIs(300));
  for (int i = 0; i < 150; ++i) {
    EXPECT_NEAR((*rows)[2 * i] / (*rows)[2 * i + 1], i + 1, 1e-2);
  }
  auto seen = server_->requests();
  ASSERT_THAT(seen, SizeIs(3));
  EXPECT_THAT(inputs_of(seen[0]), SizeIs(64));
  EXPECT_THAT(inputs_of(seen[2]), SizeIs(22));
}

TEST_F(RemoteEmbedderTest, EmptyTextsAreZerosAndNotSent) {
  auto rows = embed(embed_all, {"", "abc", ""});
  ASSERT_TRUE(rows);
  ASSERT_THAT(*rows, SizeIs(6));
  EXPECT_EQ((*rows)[0], 0);
  EXPECT_GT((*rows)[2], 0);
  EXPECT_EQ((*rows)[5], 0);
  EXPECT_THAT(inputs_of(server_->requests().at(0)), ElementsAre("abc"));
}

TEST_F(RemoteEmbedderTest, NothingAsksForNothing) {
  auto rows = embed(embed_all, {});
  ASSERT_TRUE(rows);
  EXPECT_THAT(*rows, IsEmpty());
  EXPECT_EQ(requests(), 0U);
}

TEST_F(RemoteEmbedderTest, TriesAgainWhereThatMayHelp) {
  for (int status : {408, 429, 500, 502, 503}) {
    std::atomic<int> left = 3;
    auto rows = embed(
        [&](const SeenRequest& request) {
          return left-- > 0 ? whole_reply(status, "{}") : embed_all(request);
        },
        {"abc"});
    EXPECT_TRUE(rows) << status;
    EXPECT_EQ(requests(), 4U) << status;
  }
}

TEST_F(RemoteEmbedderTest, TriesFourTimesAtMost) {
  auto rows = embed([](const SeenRequest&) { return whole_reply(503, "{}"); }, {"abc"});
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kEmbeddingFailed);
  EXPECT_EQ(requests(), 4U);
  // Half of 0.5, 1 and 2 s, give or take the test's steps.
  EXPECT_GE(waited_, std::chrono::milliseconds(1'700));
  EXPECT_LE(waited_, std::chrono::milliseconds(2'200));
}

TEST_F(RemoteEmbedderTest, PausesAreDrawnFromZeroOn) {
  draw_ = 0;
  auto rows = embed([](const SeenRequest&) { return whole_reply(503, "{}"); }, {"abc"});
  ASSERT_FALSE(rows);
  EXPECT_EQ(requests(), 4U);
  EXPECT_EQ(waited_, std::chrono::milliseconds(0));
}

TEST_F(RemoteEmbedderTest, DoesNotTryAgainWhatCannotHelp) {
  for (int status : {301, 400, 401, 403, 404, 413, 422}) {
    auto rows = embed([&](const SeenRequest&) { return whole_reply(status, "{}"); }, {"abc"});
    ASSERT_FALSE(rows) << status;
    EXPECT_EQ(rows.error().code, ErrorCode::kEmbeddingFailed);
    EXPECT_EQ(requests(), 1U) << status;
    EXPECT_THAT(rows.error().message, Not(HasSubstr("secret-key")));
    EXPECT_THAT(rows.error().message, Not(HasSubstr("127.0.0.1")));
  }
}

TEST_F(RemoteEmbedderTest, WaitsAsLongAsItIsToldTo) {
  std::atomic<int> left = 1;
  auto rows = embed(
      [&](const SeenRequest& request) {
        return left-- > 0 ? whole_reply(429, "{}", "application/json", "Retry-After: 7\r\n")
                          : embed_all(request);
      },
      {"abc"});
  ASSERT_TRUE(rows);
  EXPECT_GE(waited_, std::chrono::seconds(7));
  EXPECT_LE(waited_, std::chrono::milliseconds(7'200));
}

TEST_F(RemoteEmbedderTest, DoesNotWaitLongerThanThirtySeconds) {
  auto rows = embed(
      [](const SeenRequest&) {
        return whole_reply(429, "{}", "application/json", "Retry-After: 31\r\n");
      },
      {"abc"});
  ASSERT_FALSE(rows);
  EXPECT_EQ(requests(), 1U);
  EXPECT_EQ(waited_, std::chrono::milliseconds(0));
}

TEST_F(RemoteEmbedderTest, ALostConnectionIsTriedAgain) {
  std::atomic<int> left = 2;
  auto rows = embed(
      [&](const SeenRequest& request) {
        return left-- > 0 ? Script{testing::Reset{}} : embed_all(request);
      },
      {"abc"});
  EXPECT_TRUE(rows);
  EXPECT_GE(requests(), 3U);
}

TEST_F(RemoteEmbedderTest, NobodyThereIsAnError) {
  std::string url;
  {
    testing::ScriptedHttpServer gone([](const SeenRequest&) { return Script{}; });
    url = gone.url("/v1");
  }
  RemoteEmbedder embedder = made(url);
  auto rows = run_moving_time(embedder.embed({"abc"}, {}));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kEmbeddingFailed);
  EXPECT_THAT(rows.error().message, Not(HasSubstr("127.0.0.1")));
}

TEST_F(RemoteEmbedderTest, StopsWhileItWaits) {
  std::stop_source source;
  auto rows = embed(
      [&](const SeenRequest&) {
        source.request_stop();
        return whole_reply(503, "{}", "application/json", "Retry-After: 20\r\n");
      },
      {"abc"}, source.get_token());
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kCancelled);
  EXPECT_LT(waited_, std::chrono::seconds(1));
}

TEST_F(RemoteEmbedderTest, ABrokenReplyIsAnErrorAtOnce) {
  auto rows = embed([](const SeenRequest&) { return whole_reply(200, "<html>"); }, {"abc"});
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kEmbeddingFailed);
  EXPECT_EQ(requests(), 1U);
}

TEST_F(RemoteEmbedderTest, BatchesOfDifferentLengthsAreAnError) {
  std::vector<std::string> texts(70, "abc");
  auto rows = embed(
      [](const SeenRequest& request) {
        std::vector<std::string> inputs = inputs_of(request);
        std::string row = inputs.size() == 64 ? "[1,2]" : "[1,2,3]";
        std::string body = "{\"data\":[";
        for (std::size_t i = 0; i < inputs.size(); ++i) {
          body += std::string(i > 0 ? "," : "") + "{\"embedding\":" + row + "}";
        }
        return whole_reply(200, body + "]}");
      },
      texts);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::kEmbeddingFailed);
}

TEST_F(RemoteEmbedderTest, IdentityIsOfModelAndPlace) {
  RemoteEmbedder one = made("http://one/v1");
  EXPECT_THAT(one.identity(), ::testing::MatchesRegex("openai:small@[0-9a-f]{8}"));
  EXPECT_EQ(one.identity(), made("http://one/v1/").identity());
  EXPECT_NE(one.identity(), made("http://two/v1").identity());
  EXPECT_TRUE(one.understands("de"));
}

TEST(EmbeddingsReply, TakesRowsInAnyOrder) {
  auto rows = read_embeddings_reply(
      R"({"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,0]}]})", 2);
  ASSERT_TRUE(rows);
  EXPECT_THAT(*rows, ElementsAre(1, 0, 0, 1));
}

TEST(EmbeddingsReply, ZerosStayZeros) {
  EXPECT_THAT(*read_embeddings_reply(R"({"data":[{"embedding":[0,0]}]})", 1), ElementsAre(0, 0));
}

TEST(EmbeddingsReply, LargeNumbersAreNormalised) {
  EXPECT_THAT(*read_embeddings_reply(R"({"data":[{"embedding":[3e38,0]}]})", 1), ElementsAre(1, 0));
}

TEST(EmbeddingsReply, RefusesWhatIsNoReply) {
  for (const char* body :
       {"", "null", "[]", "{}", R"({"data":{}})", R"({"data":[]})", R"({"data":[1]})",
        R"({"data":[{}]})", R"({"data":[{"embedding":null}]})", R"({"data":[{"embedding":[]}]})",
        R"({"data":[{"embedding":["1"]}]})", R"({"data":[{"embedding":[1e400]}]})",
        R"({"data":[{"embedding":[1e39]}]})", R"({"data":[{"embedding":[NaN]}]})",
        R"({"data":[{"embedding":[null]}]})", R"({"data":[{"index":1,"embedding":[1]}]})",
        R"({"data":[{"index":-1,"embedding":[1]}]})",
        R"({"data":[{"embedding":[1]},{"embedding":[1]}]})", R"({"data":[{"embedding":[1]})"}) {
    auto rows = read_embeddings_reply(body, 1);
    ASSERT_FALSE(rows) << body;
    EXPECT_EQ(rows.error().code, ErrorCode::kEmbeddingFailed);
  }
  EXPECT_FALSE(read_embeddings_reply(
      R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})", 2));
  EXPECT_FALSE(read_embeddings_reply(R"({"data":[{"embedding":[1]},{"embedding":[1,2]}]})", 2));
}

}  // namespace
}  // namespace walrus::search
