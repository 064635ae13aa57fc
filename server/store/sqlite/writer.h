// The one thread that writes: it gathers what waits into a transaction, and answers after the
// commit.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <variant>

#include "base/log.h"
#include "base/metrics.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/options.h"
#include "store/store.h"

namespace walrus::store::sqlite {

struct RemoveExpired {
  int limit;
};

// Something to write, and who waits for it. `done` gets the number of removed rows, or why nothing
// was written; called once, on the writer's thread or inside `submit`.
struct WriteJob {
  std::variant<WriteBatch, RemoveExpired> work;
  TimePoint now;
  std::move_only_function<void(Result<int>)> done;
};

// Thread-safe. The destructor writes what waits.
class Writer {
 public:
  // `connection` has the schema already.
  Writer(std::string file, Options options, Connection connection, const Log& log,
         Metrics& metrics);
  ~Writer();

  void submit(WriteJob job);
  // Why nothing can be written, while that is so.
  Result<void> health() const;

 private:
  struct Queued {
    WriteJob job;
    std::size_t rows;
  };
  using Group = std::vector<WriteJob>;

  void run();
  std::optional<Group> next_group();
  void write(Group group);
  // The result of every job of the group, once it is durable.
  Result<std::vector<Result<int>>> commit(Group& group);
  Result<int> apply_alone(WriteJob& job);
  Result<void> ensure_connection();
  void probe();
  void went_away(const Error& error);
  void came_back();

  const std::string file_;
  const Options options_;
  const Log& log_;
  Counter& rows_written_;
  Counter& failures_;
  Histogram& commit_seconds_;
  Gauge& waiting_;

  std::optional<Connection> connection_;  // of the thread; empty after an error of the disk

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Queued> queue_;
  std::size_t queued_rows_ = 0;
  bool stopping_ = false;
  std::optional<Error> away_;
  std::thread thread_;
};

// Opens a connection that writes, `synchronous` as the options say. The schema is the caller's
// affair.
Result<Connection> open_writing(const std::string& file, const Options& options);

}  // namespace walrus::store::sqlite
