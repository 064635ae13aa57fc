// Publishers, readers and the hub between them, for the hub's tests.
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "live/hub.h"
#include "testing/manual_loop.h"

namespace walrus::live {

using status::Event;
using status::EventType;
using status::Kind;
using status::Outcome;
using testing::ManualClock;
using testing::ManualLoop;

class PlainEncoding final : public Encoding {
 public:
  EncodedEvent event(const status::State& state, const Event& event) const override {
    return {std::to_string(state.sequence) + "=" + std::to_string(event.sequence) + event.content};
  }
  Frame snapshot(const status::State&, const std::string& content) const override {
    return frame(content);
  }
  Frame greeting() const override { return frame("hello"); }
  std::string status(const status::State& state) const override {
    return std::string(status::name_of(state.outcome)) + " " + std::to_string(state.sequence);
  }

 private:
  static Frame frame(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
  }
};

class Ear final : public Listener {
 public:
  void on_events(std::span<const SharedEvent> events, const Frame& frame) override {
    heard.insert(heard.end(), events.begin(), events.end());
    frames.push_back(*frame);
  }
  void on_closed() override { ++closed; }
  std::vector<SharedEvent> heard;
  std::vector<std::string> frames;
  int closed = 0;
};

// Nothing is gathered: what is published is heard.
inline constexpr Gathering at_once{Duration(0), Duration(0)};

// An operation as a tracker would publish it.
struct Publisher {
  Publisher(Hub& sink, std::string id, Kind kind) : hub(sink) {
    state.operation = {.id = std::move(id), .kind = kind, .owner = "local"};
    state.step = status::plan_of(kind).front().step;
    if (kind == Kind::kDocumentUpload) state.operation.document_id = state.operation.id + "-doc";
    hub.open(state);
  }
  Event next(EventType type, Outcome outcome = Outcome::kProcessing, std::string content = {}) {
    return {.sequence = state.sequence + 1,
            .attempt = 1,
            .at = {},
            .type = type,
            .outcome = outcome,
            .step = state.step,
            .message = "working",
            .content = std::move(content)};
  }
  void publish(Event event) {
    state.apply(event);
    hub.publish(state, {std::move(event)});
  }
  void step() { publish(next(EventType::kStatus)); }
  void chunk(std::string text = "text") {
    publish(next(EventType::kChunk, Outcome::kProcessing, std::move(text)));
  }
  // Of a chat: the status and `complete` in one.
  void complete() {
    std::vector<Event> events{next(EventType::kStatus, Outcome::kCompleted)};
    state.apply(events.front());
    events.push_back(next(EventType::kComplete, Outcome::kCompleted));
    state.apply(events.back());
    hub.publish(state, events);
  }

  Hub& hub;
  status::State state;
};

// One attaching and what came of it.
struct Reader {
  ManualLoop* loop;
  std::shared_ptr<Ear> ear = std::make_shared<Ear>();
  std::optional<Attachment> found;
};

// What is wrong with what a reader got through the hub: every event from the tail's first to the
// newest has to be there, once, in order. Empty: nothing.
inline std::string fault_in(const Attachment& found, const std::vector<SharedEvent>& heard,
                            std::uint64_t newest, bool ended) {
  std::uint64_t expected = found.tail_begins;
  for (const SharedEvent& event : found.tail) {
    if (event->sequence() != expected++) return "the tail has a hole or a double";
  }
  for (std::size_t i = 1; i < heard.size(); ++i) {
    if (heard[i]->sequence() != heard[i - 1]->sequence() + 1)
      return "a hole or a double among the live";
    if (heard[i - 1]->terminal) return "something after the end";
  }
  if (!heard.empty()) {
    // What is live may overlap the tail, never leave a gap to it.
    if (heard.front()->sequence() > expected) return "a hole at the seam";
    expected = std::max(expected, heard.back()->sequence() + 1);
  }
  if (expected != newest + 1) return "not all of it";
  bool at_end =
      heard.empty() ? !found.tail.empty() && found.tail.back()->terminal : heard.back()->terminal;
  if (ended != at_end) return "the end is missing or too early";
  return {};
}

class HubTest : public ::testing::Test {
 protected:
  explicit HubTest(Gathering gathering = at_once)
      : hub({&home, &away}, encoding, latest, gathering), id(hub.new_operation_id(home)) {}

  void attach(Reader& reader) {
    auto task = [](Hub& from, std::string operation, Reader& out) -> Task<void> {
      std::shared_ptr<Listener> listener = out.ear;
      out.found = co_await from.attach(std::move(operation), std::move(listener));
    };
    group_of(*reader.loop).start(task(hub, id, reader));
  }
  void attach_now(Reader& reader) {
    attach(reader);
    settle();
    ASSERT_TRUE(reader.found);
  }
  void settle() {
    for (int i = 0; i < 4; ++i) {
      home.run_until_idle();
      away.run_until_idle();
    }
  }
  TaskGroup& group_of(ManualLoop& loop) { return &loop == &home ? home_tasks : away_tasks; }

  ManualClock clock;
  ManualLoop home{clock};
  ManualLoop away{clock};
  TaskGroup home_tasks{home, [](std::exception_ptr) { FAIL(); }};
  TaskGroup away_tasks{away, [](std::exception_ptr) { FAIL(); }};
  PlainEncoding encoding;
  Latest latest;
  Hub hub;
  std::string id;
};

}  // namespace walrus::live
