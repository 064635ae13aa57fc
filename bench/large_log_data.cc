// Fills a data folder with a log of many events, through the store itself: `large_log_data FOLDER
// EVENTS`. Prints the id of one operation in the middle.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/event_loop.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/task_group.h"
#include "store/data_directory.h"
#include "store/sqlite/sqlite_store.h"

namespace {

using namespace walrus;
using namespace walrus::store;

constexpr int kEventsOfOne = 1'000;
constexpr int kOperationsACommit = 20;

status::Event progress(std::uint64_t sequence, TimePoint now) {
  status::Event event{.sequence = sequence,
                      .attempt = 1,
                      .at = now,
                      .type = status::EventType::kStatus,
                      .outcome = status::Outcome::kProcessing,
                      .step = status::Step::kCreatingEmbeddings,
                      .percent = 75,
                      .message = "Creating embeddings for 15 chunks..."};
  event.metadata = {{"chunks_created", 15}, {"chunks_embedded", sequence}};
  return event;
}

// An upload that has ended, and its log.
void add_operation(WriteBatch& batch, const std::string& id, TimePoint now) {
  OperationRecord record;
  record.state.operation = {.id = id,
                            .kind = status::Kind::kDocumentUpload,
                            .owner = "local",
                            .document_id = new_uuid(now),
                            .created_at = now};
  record.state.step = status::Step::kValidating;
  record.state.percent = 0;
  record.state.started_at = record.state.updated_at = now;
  std::vector<status::Event> events;
  for (int i = 1; i <= kEventsOfOne; ++i) {
    events.push_back(progress(static_cast<std::uint64_t>(i), now));
  }
  events.back().outcome = status::Outcome::kCompleted;
  events.back().step = status::Step::kFinished;
  events.back().percent = 100;
  status::State ended = record.state;
  for (const status::Event& event : events) ended.apply(event);
  batch.mutations.push_back(PutOperation{std::move(record)});
  batch.mutations.push_back(AppendEvents{id, std::move(events)});
  batch.mutations.push_back(UpdateState{std::move(ended)});
}

Task<void> fill(Store& store, const Clock& clock, long operations, std::string& middle) {
  for (long done = 0; done < operations; done += kOperationsACommit) {
    WriteBatch batch;
    for (int i = 0; i < kOperationsACommit; ++i) {
      std::string id = new_uuid(clock.now());
      if (done + i == operations / 2) middle = id;
      add_operation(batch, id, clock.now());
    }
    auto committed = co_await store.commit(std::move(batch));
    if (!committed) throw std::runtime_error(committed.error().detail);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: large_log_data FOLDER EVENTS\n");
    return 2;
  }
  std::filesystem::path folder = arguments[1];
  std::filesystem::create_directories(folder);
  long operations = std::strtol(arguments[2], nullptr, 10) / kEventsOfOne;
  SystemClock clock;
  EventLoop loop(clock);
  Log log = Log::none();
  Metrics metrics;
  auto store = SqliteStore::open(folder / kDatabaseName, clock, log, metrics);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 1;
  }
  std::string middle;
  bool failed = false;
  TaskGroup tasks(loop, [&failed](std::exception_ptr) { failed = true; });
  tasks.start(fill(**store, clock, operations, middle));
  tasks.when_idle([&loop] { loop.stop(); });
  loop.run();
  std::printf("%s\n", middle.c_str());
  return failed ? 1 : 0;
}
