// What group commit gains, and what a read costs, on a real disk: the folder given, or the build's.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/event_loop.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/task_group.h"
#include "store/event_log.h"
#include "store/sqlite/sqlite_store.h"

namespace {

using namespace walrus;
using namespace walrus::store;
using Steady = std::chrono::steady_clock;

constexpr int kProducers = 64;
constexpr double kLeastRatio = 20;     // of status rows, grouped against an fsync each
constexpr double kLongestReadUs = 15;  // of a point read, in the best of its rounds

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

status::State chat_state(const std::string& id, TimePoint now) {
  status::State state;
  state.operation = {id, status::Kind::kChat, "local", "", "session-" + id, "", now};
  state.step = status::Step::kGeneratingResponse;
  state.message = "Generating response...";
  state.started_at = state.updated_at = now;
  return state;
}

ChatStatusRecord status_row(const status::State& state, TimePoint now) {
  ChatStatusRecord record;
  record.owner = state.operation.owner;
  record.conversation_id = state.operation.conversation_id;
  record.operation_id = state.operation.id;
  record.status = status::Outcome::kProcessing;
  record.step = state.step;
  record.message = state.message;
  record.created_at = now;
  record.expires_at = now + kChatStatusLife;
  return record;
}

// A status row and nothing else.
WriteBatch row_batch(const status::State& state, TimePoint now) {
  WriteBatch batch;
  batch.mutations.push_back(PutChatStatus{status_row(state, now), state.sequence});
  return batch;
}

// All that a step of a turn writes: the event, the row of the chat, the operation's state.
status::Append step_of(const status::State& state, TimePoint now) {
  status::Append append;
  append.state = state;
  status::Event event{state.sequence, 1,         now, status::EventType::kStatus,
                      state.outcome,  state.step};
  event.message = state.message;
  append.events.push_back(std::move(event));
  return append;
}

struct Producer {
  Store& store;
  StoreEventLog& log;
  const Clock& clock;
  bool whole_steps;
  Steady::time_point end;
  std::int64_t& acknowledged;
  std::vector<double>& delays;

  Task<void> run() const {
    status::State state = chat_state(new_uuid(clock.now()), clock.now());
    WriteBatch accept;
    OperationRecord record;
    record.state = state;
    accept.mutations.push_back(PutOperation{std::move(record)});
    auto accepted = co_await store.commit(std::move(accept));
    if (!accepted) throw std::runtime_error(accepted.error().detail);
    while (Steady::now() < end) {
      ++state.sequence;
      auto start = Steady::now();
      auto written = co_await write(state);
      if (!written) throw std::runtime_error(written.error().detail);
      delays.push_back(seconds_since(start));
      ++acknowledged;
    }
  }

  Task<Result<void>> write(status::State state) const {
    TimePoint now = clock.now();
    if (whole_steps) co_return co_await log.append(step_of(state, now));
    co_return co_await store.commit(row_batch(state, now));
  }
};

struct Rate {
  double per_second;
  double p50_ms;
  double p99_ms;
};

Rate measure(const std::filesystem::path& folder, std::size_t group_limit, bool whole_steps,
             double duration) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  SystemClock clock;
  EventLoop loop(clock);
  Log log = Log::none();
  Metrics metrics;
  sqlite::Options options;
  options.group_limit = group_limit;
  auto store = SqliteStore::open(folder / "walrus.db", clock, log, metrics, options);
  if (!store) throw std::runtime_error(store.error().detail);
  StoreEventLog events(**store);
  std::int64_t acknowledged = 0;
  std::vector<double> delays;
  auto start = Steady::now();
  auto end =
      start + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(duration));
  Producer producer{**store, events, clock, whole_steps, end, acknowledged, delays};
  TaskGroup group(loop, [](std::exception_ptr thrown) { std::rethrow_exception(thrown); });
  for (int i = 0; i < kProducers; ++i) group.start(producer.run());
  group.when_idle([&] { loop.stop(); });
  loop.run();
  double took = seconds_since(start);
  std::ranges::sort(delays);
  auto at = [&](double part) {
    return 1000 * delays[static_cast<std::size_t>(part * static_cast<double>(delays.size() - 1))];
  };
  return {static_cast<double>(acknowledged) / took, at(0.5), at(0.99)};
}

bool report_writes(const std::filesystem::path& folder, bool whole_steps, const char* what) {
  constexpr int kRounds = 3;
  std::vector<double> ratios;
  for (int round = 0; round < kRounds; ++round) {
    Rate alone = measure(folder, 1, whole_steps, 2);
    Rate grouped = measure(folder, 4096, whole_steps, 2);
    ratios.push_back(grouped.per_second / alone.per_second);
    fmt::print(
        "{}: grouped {:.0f}/s (p50 {:.1f} ms, p99 {:.1f} ms), an fsync each {:.0f}/s "
        "(p50 {:.1f} ms), ratio {:.1f}\n",
        what, grouped.per_second, grouped.p50_ms, grouped.p99_ms, alone.per_second, alone.p50_ms,
        ratios.back());
  }
  std::ranges::sort(ratios);
  fmt::print("{}: median ratio {:.1f}\n", what, ratios[kRounds / 2]);
  return ratios[kRounds / 2] >= kLeastRatio;
}

Task<void> fill(Store& store, const Clock& clock, std::vector<std::string>& ids) {
  constexpr int kOperations = 20'000;
  for (int i = 0; i < kOperations;) {
    WriteBatch batch;
    for (int j = 0; j < 500; ++j, ++i) {
      OperationRecord record;
      record.state = chat_state(new_uuid(clock.now()), clock.now());
      ids.push_back(record.state.operation.id);
      batch.mutations.push_back(PutOperation{std::move(record)});
    }
    auto written = co_await store.commit(std::move(batch));
    if (!written) throw std::runtime_error(written.error().detail);
  }
}

// Microseconds of a read in the best of a few rounds: what else the machine does comes on top.
Task<double> read_points(Store& store, const std::vector<std::string>& ids) {
  constexpr int kRounds = 10;
  constexpr std::size_t kReads = 20'000;
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    auto start = Steady::now();
    for (std::size_t i = 0; i < kReads; ++i) {
      auto read = co_await store.operation("local", ids[i * 7919 % ids.size()]);
      if (!read || !*read) throw std::runtime_error("a row is missing");
    }
    best = std::min(best, 1e6 * seconds_since(start) / kReads);
  }
  co_return best;
}

Task<void> read_all(Store& store, const Clock& clock, double& microseconds) {
  std::vector<std::string> ids;
  co_await fill(store, clock, ids);
  microseconds = co_await read_points(store, ids);
}

bool report_reads(const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  SystemClock clock;
  EventLoop loop(clock);
  Log log = Log::none();
  Metrics metrics;
  auto store = SqliteStore::open(folder / "walrus.db", clock, log, metrics);
  if (!store) throw std::runtime_error(store.error().detail);
  TaskGroup group(loop, [](std::exception_ptr thrown) { std::rethrow_exception(thrown); });
  double microseconds = 0;
  group.start(read_all(**store, clock, microseconds));
  group.when_idle([&] { loop.stop(); });
  loop.run();
  fmt::print("point read of an operation: {:.1f} us\n", microseconds);
  return microseconds < kLongestReadUs;
}

}  // namespace

int main(int count, char** arguments) {
  std::filesystem::path folder = count > 1 ? arguments[1] : "store-speed-data";
  bool good = report_writes(folder, false, "status rows");
  good = report_writes(folder, true, "whole steps of turns") && good;
  good = report_reads(folder) && good;
  std::filesystem::remove_all(folder);
  return good ? 0 : 1;
}
