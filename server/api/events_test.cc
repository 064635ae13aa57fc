// Many operations in one stream: each event once, through cuts at any place.
#include <set>

#include "api/multiplex_cursor.h"
#include "api/resources_for_test.h"

namespace walrus::api {
namespace {

constexpr std::string_view kNowhere = "0190163d-8694-739b-aea5-966c26f8ad91";

struct Heard {
  std::string cursor;
  json::object event;
};

// A connection that keeps what it is sent, and is cut after so many events.
class Kept final : public http::EventStream {
 public:
  Kept(Loop& loop, std::size_t takes) : loop_(loop), takes_(takes) {}
  std::size_t queued() const override { return 0; }
  void when_drained(Work work) override { loop_.post(std::move(work)); }
  bool send(live::Frame frame) override {
    if (closed_ || events.size() == takes_) return false;
    std::string_view text(*frame);
    auto id = text.find("id: ") + 4;
    auto data = text.find("\ndata: ");
    auto end = text.find("\n\n");
    events.push_back({std::string(text.substr(id, data - id)),
                      parse_json(text.substr(data + 7, end - data - 7))->as_object()});
    return true;
  }
  void finish() override {
    finished = !closed_;
    close();
  }
  void finish(live::Frame last) override {
    send(std::move(last));
    finish();
  }
  void abort() override { close(); }
  void on_closed(Work work) override { on_closed_ = std::move(work); }
  void close() {
    if (std::exchange(closed_, true)) return;
    loop_.post([work = std::move(on_closed_)]() mutable { work(); });
  }

  std::vector<Heard> events;
  bool finished = false;

 private:
  Loop& loop_;
  std::size_t takes_;
  bool closed_ = false;
  Work on_closed_;
};

// "<operation> <sequence>" of each, and what else there was by its type.
std::vector<std::string> names(const std::vector<Heard>& events) {
  std::vector<std::string> found;
  for (const Heard& told : events) {
    const json::value* sequence = told.event.if_contains("sequence");
    std::string id(view(*find_string(told.event, "operation_id")));
    found.push_back(id + " " + (sequence ? json::serialize(*sequence) : "error"));
  }
  return found;
}

class EventsTest : public ResourcesTest {
 public:
  ~EventsTest() override {
    for (auto& stream : streams_) stream->close();
    life.embedder.hangs = false;
    life.run_until([&] { return life.jobs.running(status::Kind::kDocumentUpload) == 0; });
    life.loop.run_until_idle();
  }

 protected:
  static constexpr std::size_t kAll = 100'000;

  std::shared_ptr<Kept> open(const std::string& query, const std::string& cursor = {},
                             std::size_t takes = kAll) {
    http::Request made = request("GET", "/v1/events" + query);
    if (!cursor.empty()) made.headers.set("Last-Event-ID", cursor);
    auto response = call(std::move(made));
    EXPECT_EQ(response.status, 200) << response.body;
    auto kept = std::make_shared<Kept>(life.loop, takes);
    response.stream(kept);
    streams_.push_back(kept);
    life.loop.run_until_idle();
    return kept;
  }
  // Of contents of its own, so that no two share their vectors.
  Uploaded begun() {
    std::string content = "The walrus eats " + std::to_string(++begun_) + " clams.";
    auto response = call(upload("POST", "/v1/documents/", file("a.txt", content)));
    return {text(parsed(response), "document_id"), text(parsed(response), "operation_id")};
  }
  std::vector<std::string> history(const std::string& id) {
    std::vector<std::string> found;
    for (const status::Event& event : life.events(id)) {
      found.push_back(id + " " + std::to_string(event.sequence));
    }
    return found;
  }
  static std::vector<std::string> of(std::vector<std::string> all, const std::string& id) {
    std::erase_if(all, [&](const std::string& name) { return !name.starts_with(id); });
    return all;
  }

 private:
  std::vector<std::shared_ptr<Kept>> streams_;

  int begun_ = 0;
};

TEST_F(EventsTest, ListedOperationsAreToldWholeAndOnceAndThenItEnds) {
  Uploaded done = uploaded("a.txt", "The walrus eats clams.");
  life.embedder.hangs = true;
  Uploaded running = begun();
  std::string query = "?operations=" + done.operation_id + "," + std::string(kNowhere) + "," +
                      running.operation_id + "," + done.operation_id;
  auto stream = open(query);
  EXPECT_FALSE(stream->finished);
  life.embedder.hangs = false;
  ASSERT_TRUE(life.run_to_end(running.operation_id));
  EXPECT_TRUE(stream->finished);
  auto all = names(stream->events);
  EXPECT_EQ(of(all, done.operation_id), history(done.operation_id));
  EXPECT_EQ(of(all, running.operation_id), history(running.operation_id));
  EXPECT_EQ(of(all, std::string(kNowhere)).size(), 1u);
  auto error = std::ranges::find_if(stream->events, [](const Heard& told) {
    return *find_string(told.event, "type") == "error";
  });
  EXPECT_EQ(*find_string(error->event, "error_type"), "not_found");

  for (std::size_t cut = 0; cut + 1 < all.size(); ++cut) {
    auto rest = open(query, stream->events[cut].cursor);
    EXPECT_TRUE(rest->finished);
    auto parts = names(rest->events);
    parts.insert(parts.end(), all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut) + 1);
    EXPECT_EQ(std::set(parts.begin(), parts.end()), std::set(all.begin(), all.end()));
    EXPECT_EQ(parts.size(), all.size());
  }
  http::Request at_end = request("GET", "/v1/events" + query);
  at_end.headers.set("Last-Event-ID", stream->events.back().cursor);
  EXPECT_EQ(call(std::move(at_end)).status, 204);
  // What is no cursor of these begins anew.
  for (const char* cursor : {"nonsense", "1.2", "!.!.!", ""}) {
    EXPECT_EQ(open(query, cursor)->events.size(), all.size()) << cursor;
  }
}

TEST_F(EventsTest, AllOfMyOwnAreWhatIsOpenAndWhatBegins) {
  Uploaded before = uploaded("a.txt", "The walrus eats clams.");
  life.embedder.hangs = true;
  Uploaded running = begun();
  auto stream = open("");
  life.embedder.hangs = false;
  ASSERT_TRUE(life.run_to_end(running.operation_id));
  Uploaded later = uploaded("b.txt", "The narwhal eats squid.");
  EXPECT_EQ(post("/v1/chat/", R"({"query":"q","session_id":"debug"})").status, 200);
  EXPECT_FALSE(stream->finished);
  auto all = names(stream->events);
  EXPECT_TRUE(of(all, before.operation_id).empty());
  EXPECT_EQ(of(all, running.operation_id), history(running.operation_id));
  EXPECT_EQ(of(all, later.operation_id), history(later.operation_id));
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
  bool chat = std::ranges::any_of(stream->events, [](const Heard& told) {
    return *find_string(told.event, "type") == "complete";
  });
  EXPECT_TRUE(chat);
}

TEST_F(EventsTest, ARetryIsToldFromItsFirstEvent) {
  life.embedder.hangs = true;
  Uploaded ids = begun();
  auto all = open("");
  std::string path = "/v1/operations/" + ids.operation_id;
  EXPECT_EQ(post(path + "/cancel", "").status, 202);
  ASSERT_TRUE(life.run_to_end(ids.operation_id));
  life.embedder.hangs = false;
  EXPECT_EQ(post(path + "/retry", "").status, 202);
  ASSERT_TRUE(life.run_to_end(ids.operation_id));
  EXPECT_EQ(names(all->events), history(ids.operation_id));
}

// Invariant 2: what is not durable yet is not told of, and what is told of is followed.
TEST_F(EventsTest, OneThatBeginsWhileTheStreamIsOpenedIsNotMissed) {
  life.store.commit_late(std::chrono::seconds(5));
  int before = life.store.commits();
  std::optional<http::Response> answer;
  start(upload("POST", "/v1/documents/", file("a.txt", "The walrus eats clams.")), answer);
  ASSERT_TRUE(life.run_until([&] { return life.store.commits() > before; }));
  life.store.commit_late(Duration(0));
  auto all = open("");
  ASSERT_TRUE(life.run_until([&] { return answer.has_value(); }));
  std::string id = text(parsed(*answer), "operation_id");
  ASSERT_TRUE(life.run_to_end(id));
  EXPECT_EQ(of(names(all->events), id), history(id));
}

// Which ones they were nobody can tell from a cursor that names the open ones.
TEST_F(EventsTest, WhatBeganAndEndedWhileNobodyListenedIsToldHoweverMuchCameLater) {
  life.embedder.hangs = true;
  Uploaded old = begun();
  EXPECT_EQ(post("/v1/operations/" + old.operation_id + "/cancel", "").status, 202);
  ASSERT_TRUE(life.run_to_end(old.operation_id));
  life.embedder.hangs = false;
  life.loop.advance(std::chrono::seconds(1));
  for (int i = 0; i < 105; ++i) {  // so that it is not among the newest any more
    auto newer = post("/v1/operations", R"({"kind":"k","steps":[{"name":"s","percent":0}]})");
    std::string path = "/v1/operations/" + text(parsed(newer), "operation_id");
    ASSERT_EQ(post(path + "/events", R"({"status":"completed"})").status, 202);
  }
  auto before = open("");
  uploaded("seen.txt", "The orca eats seals.");
  std::string cursor = before->events.back().cursor;
  before->close();
  life.loop.advance(std::chrono::seconds(20));
  EXPECT_EQ(post("/v1/operations/" + old.operation_id + "/retry", "").status, 202);
  ASSERT_TRUE(life.run_to_end(old.operation_id));
  auto all = open("", cursor);
  std::vector<std::string> told = of(names(all->events), old.operation_id);
  ASSERT_FALSE(told.empty()) << "a retry of one that was created long ago";
  EXPECT_EQ(told.back(), history(old.operation_id).back());
}

// Cut after each event, while work goes on; the pieces are the whole.
TEST_F(EventsTest, AllOfMyOwnResumeAfterACutAnywhere) {
  for (std::size_t takes = 1; takes <= 12; ++takes) {
    SCOPED_TRACE(takes);
    std::vector<std::string> ids;
    std::vector<std::string> got;
    std::string cursor;
    life.embedder.hangs = true;
    for (int i = 0; i < 2; ++i) ids.push_back(begun().operation_id);
    auto listen = [&](std::size_t count) {
      auto stream = open("", cursor, count);
      life.embedder.hangs = false;
      for (const std::string& id : ids) EXPECT_TRUE(life.run_to_end(id));
      std::ranges::move(names(stream->events), std::back_inserter(got));
      if (!stream->events.empty()) cursor = stream->events.back().cursor;
      stream->close();
      life.loop.run_until_idle();
    };
    listen(takes);
    // Begins and ends while nobody listens, a moment later.
    life.loop.advance(std::chrono::milliseconds(1));
    std::string content = "The beluga eats " + std::to_string(takes) + " cod.";
    ids.push_back(uploaded("c.txt", content).operation_id);
    listen(kAll);
    listen(kAll);
    for (const std::string& id : ids) EXPECT_EQ(of(got, id), history(id));
    EXPECT_EQ(std::set(got.begin(), got.end()).size(), got.size());
  }
}

TEST_F(EventsTest, AListIsOfOneToAHundred) {
  std::string query(kNowhere);
  for (int i = 0; i < 100; ++i) query += "," + std::string(kNowhere);
  EXPECT_EQ(get("/v1/events?operations=" + query).status, 422);
  EXPECT_EQ(get("/v1/events?operations=").status, 422);
}

TEST(MultiplexCursorTest, TakesNoSequenceForMissing) {
  std::vector<std::string> ids{"a"};
  for (std::uint64_t sequence = 0; sequence <= 2000; ++sequence) {
    auto listed = decode_listed(encode_listed(fingerprint_of(ids), {{.sequence = sequence}}), ids);
    ASSERT_TRUE(listed);
    EXPECT_FALSE(listed->front().missing) << sequence;
    EXPECT_EQ(listed->front().sequence, sequence);
  }
}

TEST(MultiplexCursorTest, IsReadAsItWasWritten) {
  std::vector<Told> places(3);
  places[0].sequence = 123456789;
  places[1].missing = true;
  std::vector<std::string> ids{"a", "b", "c"};
  std::string cursor = encode_listed(fingerprint_of(ids), places);
  auto listed = decode_listed(cursor, ids);
  ASSERT_TRUE(listed);
  EXPECT_EQ((*listed)[0].sequence, 123456789u);
  EXPECT_TRUE((*listed)[1].missing);
  EXPECT_FALSE((*listed)[2].sequence);
  EXPECT_FALSE(decode_listed(cursor, {"a", "b"}));
  EXPECT_FALSE(decode_listed(cursor, {"a", "c", "b"})) << "another list's places are none of its";

  OwnPlaces own;
  own.newest = TimePoint(Duration(1'700'000'000'123'456));
  own.open[std::string(kNowhere)] = 7;
  auto read = decode_own(encode_own(own));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->newest, own.newest);
  EXPECT_EQ(read->open, own.open);
  for (const char* text : {"", "!", "1.x~2", "1.0190163d-8694-739b-aea5-966c26f8ad91"}) {
    EXPECT_FALSE(decode_own(text)) << text;
  }
}

}  // namespace
}  // namespace walrus::api
