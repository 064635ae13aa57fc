#include "status/tracker.h"

#include <gtest/gtest.h>

#include <random>

#include "testing/manual_loop.h"
#include "testing/scripted_log.h"

namespace walrus::status {
namespace {

using namespace std::chrono_literals;
using testing::ManualClock;
using testing::ManualLoop;
using testing::ScriptedLog;
using testing::WatchingSink;
using Fault = ScriptedLog::Fault;

State queued(Kind kind, std::uint64_t sequence = 0) {
  ManualClock clock;
  State state;
  state.operation = {.id = "018d0d6a-0000-7000-8000-000000000000", .kind = kind, .owner = "local"};
  state.sequence = sequence;
  state.step = plan_of(kind).front().step;
  state.percent = kind == Kind::kChat ? kNoPercent : 0;
  state.started_at = clock.now();
  state.updated_at = clock.now();
  return state;
}

class TrackerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Tracker> track(State state, std::uint64_t reserved = 0) {
    return std::make_unique<Tracker>(loop, log, sink, std::move(state), reserved, messages);
  }
  // Runs on virtual time until the task has ended, a minute at most.
  template <class T>
  T get(Task<T> task) {
    std::optional<T> result;
    TaskGroup group(loop, [](std::exception_ptr) { FAIL() << "a task threw"; });
    auto wrap = [](Task<T> inner, std::optional<T>& out) -> Task<void> {
      out.emplace(co_await inner);
    };
    group.start(wrap(std::move(task), result));
    for (int i = 0; i < 60'000 && !result; ++i) loop.advance(1ms);
    if (!result) throw std::runtime_error("the task did not end");
    return std::move(*result);
  }
  std::vector<std::string> shown() const {
    std::vector<std::string> words;
    for (const Event& event : sink.events()) {
      std::string word(name_of(event.type));
      if (event.type == EventType::kStatus) word = std::string(name_of(event.step));
      if (event.type == EventType::kChunk) word = event.content;
      if (words.empty() || words.back() != word) words.push_back(word);
    }
    return words;
  }

  ManualClock clock;
  ManualLoop loop{clock};
  ScriptedLog log;
  WatchingSink sink{log};
  Log messages = Log::none();
};

TEST_F(TrackerTest, ReportsTheDocumentedStepsPercentagesAndWords) {
  auto tracker = track(queued(Kind::kDocumentUpload));
  tracker->set_counter("chunks_created", 15);
  for (const PlannedStep& planned : plan_of(Kind::kDocumentUpload)) {
    if (planned.step == Step::kFinished) continue;
    ASSERT_TRUE(get(tracker->reach(planned.step)));
    EXPECT_EQ(tracker->state().percent, planned.percent);
  }
  EXPECT_EQ(sink.events()[3].message, "Creating embeddings for 15 chunks...");
  ASSERT_TRUE(get(tracker->finish({})));
  EXPECT_EQ(sink.events().back().message, "Upload completed successfully");
  EXPECT_EQ(sink.events().back().percent, 100);
  EXPECT_EQ(sink.events().size(), 6u);
  EXPECT_EQ(sink.broken(), std::vector<std::string>());
}

TEST_F(TrackerTest, PassesOverStepsThatWereReachedBefore) {
  auto tracker = track(queued(Kind::kDocumentUpload));
  ASSERT_TRUE(get(tracker->reach(Step::kExtractingText)));
  ASSERT_TRUE(get(tracker->reach(Step::kValidating)));
  ASSERT_TRUE(get(tracker->reach(Step::kExtractingText)));
  EXPECT_EQ(sink.events().size(), 1u);
}

TEST_F(TrackerTest, ForwardOnlyCountedWorkNeverReachesTheNextStep) {
  auto tracker = track(queued(Kind::kDocumentUpload));
  ASSERT_TRUE(get(tracker->reach(Step::kExtractingText)));
  tracker->show_work_as("pages_done", "pages_total");
  auto work = tracker->count_work();
  log.set_delay(30ms);
  for (std::uint64_t page = 1; page <= 40; ++page) {
    work->set(page, 40);
    loop.advance(25ms);
  }
  loop.advance(1s);
  EXPECT_EQ(tracker->state().percent, 49);
  EXPECT_EQ(tracker->state().metadata.at("pages_done"), 40u);
  EXPECT_EQ(tracker->state().metadata.at("pages_total"), 40u);
  // Ten a second at most: 40 reports in a second are not 40 writes.
  EXPECT_LE(log.appends(), 13);
  EXPECT_GE(log.appends(), 5);
  EXPECT_EQ(sink.broken(), std::vector<std::string>());
}

// Invariant 6: the tracker is rebuilt from the last event, and work done again is not progress.
TEST_F(TrackerTest, ForwardOnlyWorkOfAPassedStepIsLifeButNoProgress) {
  State left = queued(Kind::kDocumentUpload, 4);
  left.step = Step::kCreatingEmbeddings;
  left.percent = 80;
  left.message = "Creating embeddings for 100 chunks...";
  left.metadata = {{"bytes_done", 500}, {"chunks_embedded", 25}};
  auto tracker = track(left);
  ASSERT_TRUE(get(tracker->reach(Step::kChunkingText)));
  tracker->show_work_as("bytes_done", "bytes_total");
  auto repeated = tracker->count_work();
  repeated->set(99, 100);
  Duration before = tracker->last_sign_of_life();
  loop.advance(1s);
  EXPECT_GT(tracker->last_sign_of_life(), before);
  EXPECT_TRUE(sink.events().empty());

  ASSERT_TRUE(get(tracker->reach(Step::kCreatingEmbeddings)));
  auto resumed = tracker->count_work();
  resumed->set(25, 100);
  loop.advance(1s);
  EXPECT_TRUE(sink.events().empty());
  resumed->set(50, 100);
  loop.advance(1s);
  EXPECT_EQ(tracker->state().percent, 84);
  EXPECT_EQ(tracker->state().metadata.at("bytes_done"), 500);
  EXPECT_EQ(sink.broken(), std::vector<std::string>());
}

TEST_F(TrackerTest, ForwardOnlyCountersDoNotFallWhereAStepBeginsAgain) {
  State left = queued(Kind::kDocumentUpload, 2);
  left.step = Step::kExtractingText;
  left.percent = 40;
  left.message = "Extracting text content...";
  left.metadata = {{"pages_done", 30}, {"pages_total", 50}};
  auto tracker = track(left);
  ASSERT_TRUE(get(tracker->reach(Step::kExtractingText)));
  tracker->show_work_as("pages_done", "pages_total");
  auto work = tracker->count_work();
  work->set(10, 50);
  loop.advance(1s);
  EXPECT_TRUE(sink.events().empty());
  work->set(45, 50);
  loop.advance(1s);
  EXPECT_EQ(tracker->state().metadata.at("pages_done"), 45);
}

TEST_F(TrackerTest, ShowsTheRemainingTimeWithEventsThatComeAnywayAndNotAtTheEnd) {
  auto past = std::make_shared<PastCosts>();
  for (Kind kind : {Kind::kDocumentUpload, Kind::kChat}) {
    FinishedWork work;
    for (const PlannedStep& planned : plan_of(kind)) {
      work.steps.push_back({std::string(planned.name), 1, 2});
    }
    past->learn(work);
  }
  Tracker upload(loop, log, sink, queued(Kind::kDocumentUpload), 0, messages, {}, past);
  EXPECT_FALSE(upload.state().eta_seconds) << "it still waits";
  ASSERT_TRUE(get(upload.reach(Step::kCreatingEmbeddings)));
  EXPECT_EQ(upload.state().eta_seconds, 4.0);
  std::size_t before = sink.events().size();
  loop.advance(1s);
  EXPECT_EQ(sink.events().size(), before) << "the time alone makes no event";
  upload.count_work()->set(1, 2);
  loop.advance(100ms);
  EXPECT_EQ(sink.events().size(), before + 1);
  EXPECT_NEAR(upload.state().eta_seconds.value_or(0), 3, 0.4);
  ASSERT_TRUE(get(upload.finish({})));
  EXPECT_FALSE(upload.state().eta_seconds);

  Tracker chat(loop, log, sink, queued(Kind::kChat), 0, messages, {}, past);
  ASSERT_TRUE(get(chat.reach(Step::kGeneratingResponse)));
  EXPECT_FALSE(chat.state().eta_seconds);
}

TEST_F(TrackerTest, StorageFaultsAreWaitedOutAndNothingIsWrittenTwice) {
  auto tracker = track(queued(Kind::kDocumentUpload));
  log.script({Fault::kBefore, Fault::kAfter, Fault::kBefore});
  ASSERT_TRUE(get(tracker->reach(Step::kValidating)));
  EXPECT_EQ(log.events().size(), 1u);
  EXPECT_EQ(sink.events().size(), 1u);
  EXPECT_EQ(sink.broken(), std::vector<std::string>());
}

TEST_F(TrackerTest, StopsWaitingWhenTold) {
  auto tracker = track(queued(Kind::kDocumentUpload));
  log.script({Fault::kBefore, Fault::kBefore, Fault::kBefore, Fault::kBefore, Fault::kBefore});
  tracker->stop_waiting();
  auto reached = get(tracker->reach(Step::kValidating));
  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(sink.events().empty());
}

TEST_F(TrackerTest, ACancelThatWasDurableFirstWins) {
  auto tracker = track(queued(Kind::kDocumentUpload));
  ASSERT_TRUE(get(tracker->reach(Step::kStoringMetadata)));
  log.script({Fault::kCancelled});
  auto finished = get(tracker->finish({}));
  ASSERT_FALSE(finished);
  ASSERT_TRUE(get(tracker->fail(finished.error(), nullptr)));
  EXPECT_EQ(sink.events().back().outcome, Outcome::kFailed);
  EXPECT_EQ(sink.events().back().error->type, ErrorCode::kCancelled);
  EXPECT_EQ(sink.events().back().error->step, Step::kStoringMetadata);
  EXPECT_EQ(sink.broken(), std::vector<std::string>());
}

TEST_F(TrackerTest, RunsWhatMustHappenBetweenTheCommitAndItsPublication) {
  auto tracker = track(queued(Kind::kDocumentUpload));
  ASSERT_TRUE(get(tracker->reach(Step::kStoringMetadata)));
  bool in_log = false;
  bool visible = true;
  Ending ending;
  ending.before_visible = [&]() -> Task<void> {
    in_log = log.state().outcome == Outcome::kCompleted;
    visible = sink.events().back().outcome == Outcome::kCompleted;
    return []() -> Task<void> { co_return; }();
  };
  ASSERT_TRUE(get(tracker->finish(std::move(ending))));
  EXPECT_TRUE(in_log);
  EXPECT_FALSE(visible);
}

TEST_F(TrackerTest, ShowsChunksAtOnceAndWritesThemSoonAfter) {
  auto tracker = track(queued(Kind::kChat));
  ASSERT_TRUE(get(tracker->reach(Step::kGeneratingResponse)));
  std::size_t before = log.events().size();
  tracker->chunk("Artificial");
  EXPECT_EQ(sink.events().back().content, "Artificial");
  EXPECT_EQ(log.events().size(), before);
  loop.advance(200ms);
  EXPECT_EQ(log.events().size(), before);
  loop.advance(160ms);
  EXPECT_EQ(log.events().size(), before + 1);
  tracker->chunk(std::string(5000, 'x'));
  loop.run_until_idle();
  EXPECT_EQ(log.events().size(), before + 2);
  EXPECT_EQ(sink.broken(), std::vector<std::string>());
}

TEST_F(TrackerTest, AChatEndsWithFinishedThenComplete) {
  auto tracker = track(queued(Kind::kChat));
  ASSERT_TRUE(get(tracker->reach(Step::kInitializing)));
  ASSERT_TRUE(get(tracker->reach(Step::kGeneratingResponse)));
  tracker->chunk("a");
  tracker->chunk("b");
  ASSERT_TRUE(get(tracker->reach(Step::kStoringResponse)));
  Ending ending;
  ending.metadata["latency_ms"] = 1250;
  ending.complete["selected_model"] = "extractive";
  ASSERT_TRUE(get(tracker->finish(std::move(ending))));
  EXPECT_EQ(shown(), (std::vector<std::string>{"initializing", "generating_response", "a", "b",
                                               "storing_response", "finished", "complete"}));
  EXPECT_EQ(log.events().size(), sink.events().size());
  EXPECT_EQ(sink.broken(), std::vector<std::string>());
}

TEST_F(TrackerTest, NeverUsesASequenceAgainThatMayHaveBeenShown) {
  State left = queued(Kind::kChat, 7);
  left.step = Step::kGeneratingResponse;
  left.message = "Generating response...";
  auto tracker = track(left, 1007);
  ASSERT_TRUE(get(tracker->fail({ErrorCode::kInterrupted, "restarted", {}}, nullptr)));
  EXPECT_EQ(sink.events().back().sequence, 1008u);
  EXPECT_EQ(sink.events().back().type, EventType::kError);
}

TEST_F(TrackerTest, TextWaitsWhileSequencesAreShort) {
  auto tracker = std::make_unique<Tracker>(loop, log, sink, queued(Kind::kChat), 0, messages,
                                           TrackerOptions{.reserve = 5});
  ASSERT_TRUE(get(tracker->reach(Step::kGeneratingResponse)));
  log.set_delay(50ms);
  std::string sent;
  for (int i = 0; i < 40; ++i) {
    std::string piece = std::to_string(i) + " ";
    sent += piece;
    tracker->chunk(piece);
    if (i % 7 == 0) loop.advance(20ms);
  }
  ASSERT_TRUE(get(tracker->reach(Step::kStoringResponse)));
  std::string received;
  for (const Event& event : sink.events()) received += event.content;
  EXPECT_EQ(received, sent);
  EXPECT_EQ(sink.broken(), std::vector<std::string>());
}

// Random reports, delays and faults: every promise holds, and log and stream agree in the end.
TEST_F(TrackerTest, KeepsItsPromisesUnderRandomSchedules) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    ManualClock own_clock;
    ManualLoop own_loop(own_clock);
    ScriptedLog own_log;
    WatchingSink own_sink(own_log);
    bool chat = random() % 2 == 0;
    auto tracker = std::make_unique<Tracker>(
        own_loop, own_log, own_sink, queued(chat ? Kind::kChat : Kind::kDocumentUpload), 0,
        messages, TrackerOptions{.chunk_bytes = 64, .reserve = 10});
    std::string sent;
    auto body = [](Tracker& tracked, Loop&, std::mt19937& draw, bool is_chat,
                   std::string& text) -> Task<void> {
      Kind kind = tracked.state().operation.kind;
      for (const PlannedStep& planned : plan_of(kind)) {
        if (planned.step == Step::kFinished) continue;
        (void)co_await tracked.reach(planned.step);
        auto work = tracked.count_work();
        std::uint64_t total = draw() % 50;
        for (std::uint64_t done = 0; done <= total; ++done) {
          work->set(done, total);
          if (is_chat && planned.step == Step::kGeneratingResponse) {
            std::string piece(1 + draw() % 30, 'x');
            text += piece;
            tracked.chunk(piece);
          }
          if (draw() % 3 == 0) co_await sleep_for(std::chrono::milliseconds(draw() % 60));
        }
      }
      if (draw() % 4 == 0) {
        Error error{ErrorCode::kModelFailed, "failed", {}};
        (void)co_await tracked.fail(std::move(error), nullptr);
      } else {
        (void)co_await tracked.finish({});
      }
    };
    TaskGroup group(own_loop, [](std::exception_ptr) { FAIL() << "the run threw"; });
    group.start(body(*tracker, own_loop, random, chat, sent));
    int faults = 0;
    for (int i = 0; i < 20'000 && group.running() > 0; ++i) {
      own_log.set_delay(std::chrono::milliseconds(random() % 20));
      if (random() % 10 == 0 && faults++ < 20)
        own_log.script({random() % 2 ? Fault::kBefore : Fault::kAfter});
      own_loop.advance(std::chrono::milliseconds(1 + random() % 40));
    }
    ASSERT_EQ(group.running(), 0u);
    ASSERT_EQ(own_sink.broken(), std::vector<std::string>());
    ASSERT_EQ(own_log.events().size(), own_sink.events().size());
    std::string received;
    for (const Event& event : own_log.events()) received += event.content;
    ASSERT_EQ(received, sent);
    ASSERT_TRUE(is_terminal(chat ? Kind::kChat : Kind::kDocumentUpload, own_sink.events().back()));
  }
}

// The watcher itself: planted faults are found.
TEST_F(TrackerTest, TheWatcherFindsPlantedFaults) {
  State state = queued(Kind::kDocumentUpload);
  Event early{.sequence = 1,
              .attempt = 1,
              .at = clock.now(),
              .type = EventType::kStatus,
              .outcome = Outcome::kProcessing,
              .step = Step::kChunkingText,
              .percent = 50};
  sink.publish(state, {early});
  Event back = early;
  back.sequence = 3;
  back.step = Step::kValidating;
  back.percent = 10;
  sink.publish(state, {back});
  std::string all;
  for (const std::string& broken : sink.broken()) all += broken + "\n";
  for (auto word : {"visible before it is durable", "gap", "progress falls", "a step back"}) {
    EXPECT_NE(all.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace walrus::status
