// A history of any length: whole, in order, and never all in memory.
#include "api/resources_for_test.h"
#include "http/event_stream.h"

namespace walrus::api {
namespace {

// A connection that keeps the text it is sent, and stands still until it is told to go on.
class Body final : public http::EventStream {
 public:
  Body(Loop& loop, std::string begins) : text(http::without_chunk_framing(begins)), loop_(loop) {}

  std::size_t queued() const override { return on_drained_ ? 1 : 0; }
  void when_drained(Work work) override { on_drained_ = std::move(work); }
  bool send(live::Frame frame) override {
    text += http::without_chunk_framing(*frame);
    ++frames;
    return true;
  }
  void finish() override {
    finished = true;
    close();
  }
  void finish(live::Frame last) override {
    send(std::move(last));
    finish();
  }
  void abort() override {
    aborted = true;
    close();
  }
  void on_closed(Work work) override { on_closed_ = std::move(work); }
  void close() {
    if (on_closed_) loop_.post(std::exchange(on_closed_, nullptr));
    go_on();
  }
  bool go_on() {
    if (!on_drained_) return false;
    loop_.post(std::exchange(on_drained_, nullptr));
    return true;
  }

  std::string text;
  int frames = 0;
  bool finished = false;
  bool aborted = false;

 private:
  Loop& loop_;
  Work on_drained_;
  Work on_closed_;
};

class HistoryTest : public ResourcesTest {
 protected:
  void begin() {
    auto begun =
        post("/v1/operations", R"({"kind":"import","steps":[{"name":"fetch","percent":0}]})");
    ASSERT_EQ(begun.status, 201) << begun.body;
    path_ = "/v1/operations/" + text(parsed(begun), "operation_id");
  }
  // Reports one after the other: messages, or text where `chunks`.
  void report(int count, bool chunks) {
    while (count > 0) {
      json::array reports;
      for (; count > 0 && reports.size() < 100; --count) {
        std::string word = "r" + std::to_string(++reported_);
        reports.push_back(json::object{{chunks ? "content" : "message", word}});
      }
      ASSERT_EQ(post(path_ + "/events", json::serialize(reports)).status, 202);
    }
  }
  std::shared_ptr<Body> open() {
    auto response = get(path_ + "/history");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/json");
    auto body = std::make_shared<Body>(life.loop, response.body);
    response.stream(body);
    life.loop.run_until_idle();
    return body;
  }

  std::string path_;

 private:
  int reported_ = 0;
};

TEST_F(HistoryTest, AShortOneComesAtOnce) {
  begin();
  report(50, false);
  auto response = get(path_ + "/history");
  EXPECT_FALSE(response.stream);
  EXPECT_EQ(parsed(response).as_array().size(), 50u);
}

TEST_F(HistoryTest, ALongOneComesAsFastAsItIsTaken) {
  begin();
  report(150, false);
  report(250, true);  // batches without a status
  report(150, false);
  auto body = open();
  EXPECT_EQ(body->frames, 1) << "one part waits to be taken";
  while (body->go_on()) life.loop.run_until_idle();
  EXPECT_TRUE(body->finished);
  json::array entries = parse_json(body->text)->as_array();
  ASSERT_EQ(entries.size(), 300u);
  std::int64_t last = 0;
  for (const json::value& entry : entries) {
    EXPECT_GT(entry.at("sequence").as_int64(), last);
    last = entry.at("sequence").as_int64();
  }
  EXPECT_EQ(text(entries.back(), "status_message"), "r550");
}

TEST_F(HistoryTest, IsCutWhereItCannotBeReadOn) {
  begin();
  report(350, false);
  auto body = open();
  life.store.go_away();
  body->go_on();
  life.loop.run_until_idle();
  EXPECT_TRUE(body->aborted);
  EXPECT_FALSE(body->finished);
}

TEST_F(HistoryTest, AReaderThatLeavesEndsIt) {
  begin();
  report(350, false);
  auto body = open();
  body->close();
  life.loop.run_until_idle();
  EXPECT_EQ(body->frames, 1);
  EXPECT_EQ(body.use_count(), 1);
}

}  // namespace
}  // namespace walrus::api
