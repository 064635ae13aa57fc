#include "store/sqlite/writer.h"

#include <fmt/format.h>
#include <pthread.h>

#include "store/batch.h"
#include "store/sqlite/chat_rows.h"
#include "store/sqlite/cost_rows.h"
#include "store/sqlite/document_rows.h"
#include "store/sqlite/equal_windows.h"
#include "store/sqlite/idempotency_rows.h"
#include "store/sqlite/operation_rows.h"
#include "store/sqlite/page_rows.h"
#include "store/sqlite/report_rows.h"
#include "store/sqlite/webhook_rows.h"

namespace walrus::store::sqlite {

namespace {

// What a single batch is refused for; everything else concerns the storage and so the whole group.
bool concerns_the_batch_alone(const Error& error) {
  return error.code != ErrorCode::kStorageUnavailable;
}

std::size_t rows_of(const WriteJob& job) {
  const auto* batch = std::get_if<WriteBatch>(&job.work);
  return batch ? row_count(*batch) : 1;
}

Result<int> perform(Connection& connection, const WriteBatch& batch, TimePoint now) {
  for (const Mutation& mutation : batch.mutations) {
    auto applied =
        std::visit([&](const auto& each) { return apply(connection, each, now); }, mutation);
    if (!applied) return std::unexpected(std::move(applied.error()));
  }
  return 0;
}

Result<int> perform(Connection& connection, const RemoveExpired& remove, TimePoint now) {
  auto events = remove_expired_events(connection, now, remove.limit);
  if (!events) return std::unexpected(std::move(events.error()));
  auto chat = remove_expired_chat(connection, now, remove.limit);
  if (!chat) return std::unexpected(std::move(chat.error()));
  auto reports = remove_expired_reports(connection, now, remove.limit);
  if (!reports) return std::unexpected(std::move(reports.error()));
  auto deliveries = remove_expired_deliveries(connection, now, remove.limit);
  if (!deliveries) return std::unexpected(std::move(deliveries.error()));
  auto keys = remove_expired_keys(connection, now, remove.limit);
  if (!keys) return std::unexpected(std::move(keys.error()));
  return static_cast<int>(*events + *chat + *reports + *deliveries + *keys);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Result<Connection> open_writing(const std::string& file, const Options& options) {
  auto connection = Connection::open(file, options.vfs, Connection::Access::kWrite);
  if (!connection) return connection;
  auto set = connection->execute(fmt::format("PRAGMA synchronous = {}", options.synchronous));
  if (!set) return std::unexpected(std::move(set.error()));
  return connection;
}

Writer::Writer(std::string file, Options options, Connection connection, const Log& log,
               Metrics& metrics)
    : file_(std::move(file)),
      options_(std::move(options)),
      log_(log),
      rows_written_(metrics.counter("walrus_store_rows_written_total", "Rows committed.")),
      failures_(metrics.counter("walrus_store_failures_total",
                                "Transactions that failed because of the storage.")),
      commit_seconds_(metrics.histogram("walrus_store_commit_seconds",
                                        "Time of a group's transaction, fsync included.")),
      waiting_(metrics.gauge("walrus_store_waiting_rows", "Rows that wait to be written.")),
      connection_(std::move(connection)) {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "store");
}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Writer::submit(WriteJob job) {
  std::size_t rows = rows_of(job);
  {
    std::lock_guard lock(mutex_);
    // A batch that is larger than the whole queue has to pass, too: alone.
    bool room = queue_.empty() || queued_rows_ + rows <= options_.queue_limit;
    if (room) {
      queue_.push_back({std::move(job), rows});
      queued_rows_ += rows;
      waiting_.set(static_cast<std::int64_t>(queued_rows_));
      wake_.notify_one();
      return;
    }
  }
  Error full{ErrorCode::kStorageUnavailable, "Too much waits to be written. Try again in a moment.",
             "the store's queue is full"};
  full.retry_after = std::chrono::seconds(1);
  job.done(std::unexpected(std::move(full)));
}

Result<void> Writer::health() const {
  std::lock_guard lock(mutex_);
  if (away_) return std::unexpected(*away_);
  return {};
}

void Writer::run() {
  while (auto group = next_group()) {
    group->empty() ? probe() : write(std::move(*group));
  }
}

// Nothing at the end; an empty group when it is time to look whether the storage is back.
std::optional<Writer::Group> Writer::next_group() {
  std::unique_lock lock(mutex_);
  auto has_work = [this] { return stopping_ || !queue_.empty(); };
  if (!away_) {
    wake_.wait(lock, has_work);
  } else if (!wake_.wait_for(lock, options_.probe_interval, has_work)) {
    return Group();
  }
  if (queue_.empty()) return std::nullopt;
  Group group;
  std::size_t rows = 0;
  while (!queue_.empty() && (group.empty() || rows + queue_.front().rows <= options_.group_limit)) {
    rows += queue_.front().rows;
    group.push_back(std::move(queue_.front().job));
    queue_.pop_front();
  }
  queued_rows_ -= rows;
  waiting_.set(static_cast<std::int64_t>(queued_rows_));
  return group;
}

void Writer::write(Group group) {
  auto start = std::chrono::steady_clock::now();
  auto results = commit(group);
  if (!results) {
    went_away(results.error());
    for (WriteJob& job : group) job.done(std::unexpected(results.error()));
    return;
  }
  commit_seconds_.observe(seconds_since(start));
  came_back();
  for (std::size_t i = 0; i < group.size(); ++i) group[i].done(std::move((*results)[i]));
}

Result<std::vector<Result<int>>> Writer::commit(Group& group) {
  auto ready = ensure_connection();
  if (!ready) return std::unexpected(std::move(ready.error()));
  auto begun = connection_->run("BEGIN IMMEDIATE");
  if (!begun) return std::unexpected(std::move(begun.error()));
  std::vector<Result<int>> results;
  std::size_t rows = 0;
  for (WriteJob& job : group) {
    auto result = apply_alone(job);
    if (!result && !concerns_the_batch_alone(result.error())) {
      return std::unexpected(std::move(result.error()));
    }
    if (result) rows += rows_of(job);
    results.push_back(std::move(result));
  }
  auto committed = connection_->run("COMMIT");
  if (!committed) return std::unexpected(std::move(committed.error()));
  rows_written_.add(rows);
  return results;
}

// A job that is refused leaves nothing behind, and the others of the group do not notice.
Result<int> Writer::apply_alone(WriteJob& job) {
  auto saved = connection_->run("SAVEPOINT job");
  if (!saved) return std::unexpected(std::move(saved.error()));
  auto result =
      std::visit([&](const auto& work) { return perform(*connection_, work, job.now); }, job.work);
  if (!result) {
    if (!concerns_the_batch_alone(result.error())) return result;
    if (result.error().code == ErrorCode::kInternal) {
      log_.error("a batch was refused by the database", {{"detail", result.error().detail}});
    }
    auto undone = connection_->run("ROLLBACK TO job");
    if (!undone) return std::unexpected(std::move(undone.error()));
  }
  auto released = connection_->run("RELEASE job");
  if (!released) return std::unexpected(std::move(released.error()));
  return result;
}

Result<void> Writer::ensure_connection() {
  if (connection_) return {};
  auto opened = open_writing(file_, options_);
  if (!opened) return std::unexpected(std::move(opened.error()));
  connection_.emplace(std::move(*opened));
  return {};
}

void Writer::probe() {
  auto ready = ensure_connection();
  if (!ready) return went_away(ready.error());
  auto written = connection_->run("UPDATE probes SET count = count + 1 WHERE id = 1");
  if (!written) return went_away(written.error());
  came_back();
}

// After an error of the disk nobody knows what the descriptor has kept: an fsync that failed once
// may succeed the next time with the data lost. So the connection goes, and with it the
// transaction.
void Writer::went_away(const Error& error) {
  connection_.reset();
  failures_.add();
  bool news;
  {
    std::lock_guard lock(mutex_);
    news = !away_;
    away_ = error;
  }
  if (news) log_.error("the storage cannot be written", {{"detail", error.detail}});
}

void Writer::came_back() {
  bool news;
  {
    std::lock_guard lock(mutex_);
    news = away_.has_value();
    away_.reset();
  }
  if (news) log_.info("the storage can be written again");
}

}  // namespace walrus::store::sqlite
