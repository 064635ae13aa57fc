// One life of a server on a manual loop, without its pipelines, for the tests of jobs/.
#pragma once

#include <gtest/gtest.h>

#include "base/ids.h"
#include "jobs/jobs.h"
#include "store/event_log.h"
#include "store/memory/memory_store.h"
#include "testing/fault_store.h"
#include "testing/manual_loop.h"
#include "testing/no_encoding.h"

namespace walrus::jobs {

using namespace std::chrono_literals;
using status::Kind;
using status::Outcome;
using status::Step;
using testing::ManualClock;
using testing::ManualLoop;

using Function = std::function<Task<Result<void>>(Job)>;

inline Task<Result<void>> do_all(Job job) {
  for (const status::PlannedStep& planned : status::plan_of(job.tracker->state().operation.kind)) {
    if (planned.step == Step::kFinished) break;
    auto reached = co_await job.tracker->reach(planned.step);
    if (!reached) co_return reached;
  }
  co_return co_await job.tracker->finish({});
}

inline Task<Result<void>> wait_for_stop(Job job) {
  (void)co_await job.tracker->reach(Step::kValidating);
  while (!job.stop.stop_requested()) co_await sleep_for(100ms);
  co_return fail(ErrorCode::kCancelled, "stopped");
}

inline Task<Result<void>> throw_it(Job job) {
  (void)co_await job.tracker->reach(Step::kValidating);
  throw std::runtime_error("a bug");
}

inline Task<Result<void>> end_with(Job job, ErrorCode code) {
  (void)co_await job.tracker->reach(Step::kExtractingText);
  co_return fail(code, "It did not work.");
}

using Writes = std::shared_ptr<const status::Writes>;

// A chat's conversation is marked with its end, as the pipeline does it.
inline Task<Result<Writes>> mark_conversation(store::Store& store, store::OperationRecord record) {
  const status::Operation& operation = record.state.operation;
  auto found = co_await store.conversation(operation.owner, operation.conversation_id);
  if (!found) co_return std::unexpected(found.error());
  auto writes = std::make_shared<store::WriteBatch>();
  if (*found) {
    store::ConversationRecord row = std::move(**found);
    row.status = "failed";
    writes->mutations.push_back(store::PutConversation{std::move(row), {}});
  }
  co_return writes;
}

// Hears an operation from its first event on.
struct Ears final : live::Listener {
  void on_events(std::span<const live::SharedEvent> live, const live::Frame&) override {
    for (const live::SharedEvent& event : live) hear(*event);
  }
  void on_closed() override { closed = true; }
  void hear(const live::LiveEvent& event) {
    events.push_back(event.event);
    ended = ended || event.terminal;
  }
  std::vector<status::Event> events;
  bool ended = false;
  bool closed = false;
};

// What the work of one life of a server stands on; the store outlives it.
struct Ground {
  Ground(ManualLoop& home, store::Store& tables) : loop(home), store(tables) {}

  std::shared_ptr<Ears> listen(const std::string& id) {
    auto ears = std::make_shared<Ears>();
    auto attachment = testing::run(loop, hub.attach(id, ears));
    for (const live::SharedEvent& event : attachment.tail) ears->hear(*event);
    return ears;
  }

  ManualLoop& loop;
  store::Store& store;
  store::StoreEventLog event_log{store};
  testing::NoEncoding encoding;
  live::Latest latest;
  live::Hub hub{{&loop}, encoding, latest};
  Log log = Log::none();
  Metrics metrics;
};

struct Life : Ground {
  Life(ManualLoop& home, store::Store& tables, Function function, bool resumable = true,
       int at_once = 2, int waiting = 3)
      : Ground(home, tables) {
    for (Kind kind : {Kind::kDocumentUpload, Kind::kChat}) {
      KindOfWork work;
      work.run = function;
      work.failure_writes = [this](store::OperationRecord record, Error) {
        return mark_conversation(store, std::move(record));
      };
      work.at_once = at_once;
      work.waiting = waiting;
      work.resumable = resumable && kind == Kind::kDocumentUpload;
      jobs.bind(kind, std::move(work));
    }
  }
  Jobs jobs{{&loop}, store, event_log, hub, log, metrics, {}};
};

class JobsTest : public ::testing::Test {
 protected:
  store::OperationRecord new_record(std::string id, Kind kind) {
    store::OperationRecord record;
    record.state.operation = {.id = std::move(id),
                              .kind = kind,
                              .owner = "local",
                              .conversation_id = kind == Kind::kChat ? "c" : "",
                              .created_at = clock.now()};
    record.state.step = status::plan_of(kind).front().step;
    record.state.percent = 0;
    record.state.started_at = record.state.updated_at = clock.now();
    return record;
  }
  Result<std::string> accept(Life& life, Kind kind = Kind::kDocumentUpload) {
    store::OperationRecord record = new_record(life.hub.new_operation_id(loop), kind);
    std::string id = record.state.operation.id;
    store::WriteBatch with;
    if (kind == Kind::kChat) {
      with.mutations.push_back(store::PutConversation{
          {.owner = "local", .conversation_id = "c", .status = "processing", .operation_id = id},
          {}});
    }
    auto accepted = outcome_of(life.jobs.accept(std::move(record), {}, std::move(with)));
    if (!accepted) return std::unexpected(accepted.error());
    return id;
  }
  store::OperationRecord stored(const std::string& id) {
    return **testing::run(loop, tables.operation("local", id));
  }
  std::vector<status::Event> events(const std::string& id) {
    return *testing::run(loop, tables.events("local", id, 0, 1000));
  }
  void expect_one_end(const std::string& id, Outcome outcome) {
    auto all = events(id);
    ASSERT_FALSE(all.empty());
    Kind kind = stored(id).state.operation.kind;
    EXPECT_EQ(
        std::ranges::count_if(all, [&](auto& event) { return status::is_terminal(kind, event); }),
        1);
    EXPECT_TRUE(status::is_terminal(kind, all.back()));
    EXPECT_EQ(all.back().outcome, outcome);
  }
  ErrorCode error_of(const std::string& id) { return stored(id).state.error->type; }
  // What a crash leaves: an open operation in the tables, and nothing else.
  std::string left_open(store::OperationRecord record) {
    std::string id = record.state.operation.id;
    store::WriteBatch batch;
    batch.mutations.push_back(store::PutOperation{std::move(record)});
    EXPECT_TRUE(testing::run(loop, tables.commit(std::move(batch))));
    return id;
  }
  std::string left_open(Kind kind) { return left_open(new_record(new_uuid(clock.now()), kind)); }
  // As kill -9 and a new start: what the last life had in memory is gone.
  void recover(Life& life) { EXPECT_TRUE(testing::run(loop, life.jobs.recover())); }
  Result<void> cancel(Life& life, const std::string& id) {
    return outcome_of(life.jobs.cancel(id));
  }
  // The next attempt of what failed, as the API begins it.
  Result<void> retry(Life& life, const std::string& id) {
    store::OperationRecord record = stored(id);
    status::Event first = status::next_attempt(record.state, clock.now());
    record.state.apply(first);
    std::vector<status::Event> events;
    events.push_back(std::move(first));
    return outcome_of(life.jobs.retry(std::move(record), std::move(events), {}));
  }
  // Lets everything go on until the task has ended, ten seconds at most.
  Result<void> outcome_of(Task<Result<void>> asked) {
    std::optional<Result<void>> result;
    auto keep = [](Task<Result<void>> task, std::optional<Result<void>>& out) -> Task<void> {
      out = co_await task;
    };
    TaskGroup group(loop, [](std::exception_ptr) { FAIL(); });
    group.start(keep(std::move(asked), result));
    loop.run_until_idle();
    for (int i = 0; i < 100 && group.running() > 0; ++i) loop.advance(100ms);
    return *result;
  }
  // Whether the life came to its end.
  bool end(Life& life) {
    bool done = false;
    life.jobs.shut_down(1s, [&done] { done = true; });
    loop.advance(5s);
    return done;
  }

  ManualClock clock;
  ManualLoop loop{clock};
  store::MemoryStore tables{clock};
};

}  // namespace walrus::jobs
