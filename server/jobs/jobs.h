// Runs the work of operations: admission, queue, cancel, retry, watchdog, recovery after a crash.
//
// An operation is run on its home loop (live::Hub::home). Whatever happens in a run, it ends the
// operation in exactly one terminal event, or leaves it for the next start of the server.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/task_group.h"
#include "jobs/job.h"
#include "jobs/positions.h"
#include "jobs/queue.h"
#include "jobs/step_costs.h"
#include "jobs/watchdog.h"
#include "live/hub.h"
#include "store/event_log.h"
#include "store/store.h"

namespace walrus::jobs {

struct Options {
  StepLimits limits;
  int resumptions = 3;  // without a new checkpoint; then the operation ends `internal`
  Duration cancel_wait = std::chrono::seconds(2);
  store::Outbox* outbox = nullptr;  // is told of the events that operations begin with
};

// But for `accept`, what is awaited here may be awaited on any of the hub's loops.
class Jobs {
 public:
  Jobs(std::vector<Loop*> loops, store::Store& store, status::EventLog& event_log, live::Hub& hub,
       const Log& log, Metrics& metrics, Options options);
  ~Jobs();

  // Before anything is accepted.
  void bind(status::Kind kind, KindOfWork work);

  // Makes the operation durable together with `with`, then runs it as soon as there is room.
  // `first` are the events its log begins with, already in `record.state`. The awaiting loop must
  // be the operation's home. Errors: not_ready (queue full or shutting down, with retry_after),
  // conflict and storage_unavailable as the store has them.
  Task<Result<void>> accept(store::OperationRecord record, std::vector<status::Event> first,
                            store::WriteBatch with);

  // Begins the next attempt of an operation that failed, under the same id: `record.state` is that
  // attempt's, with `first`, the events it begins with, already in it.
  // Errors as `accept`; conflict too where the operation has not failed, or somebody was faster.
  Task<Result<void>> retry(store::OperationRecord record, std::vector<status::Event> first,
                           store::WriteBatch with);

  // Ends a running or waiting operation as `cancelled`. Returns once the wish is durable: from then
  // on no other end is possible, and the work stops within a second. `with` becomes durable with
  // the wish. Errors: conflict (it has ended), storage_unavailable (the wish may be durable all the
  // same, so the work stops here, too); those of `with`.
  Task<Result<void>> request_cancel(std::string operation_id, store::WriteBatch with = {});
  // Waits for the end as well, two seconds at most.
  Task<Result<void>> cancel(std::string operation_id);

  // Takes up what was running when the server last stopped. Once it returns, every open operation
  // has its topic, and is running, waiting or ending.
  Task<Result<void>> recover();

  // Refuses new work and asks what runs to stop: uploads are left for the next start, chats get
  // `chat_grace` to end. `done` is called on the first loop when nothing runs any more.
  void shut_down(Duration chat_grace, Work done);

  int running(status::Kind kind) const { return lanes_[static_cast<int>(kind)].running.load(); }

 private:
  static constexpr std::chrono::seconds kStoreRetry{1};  // of what must be known of a store away

  enum class StopReason { kNone, kCancelled, kStuck, kShutdown };

  using Answer = std::function<void(bool ended)>;
  struct StopAsked {
    StopReason reason;
    Answer answer;
  };
  struct Beginning {  // of work
    store::OperationRecord record;
    std::vector<status::Event> first;
    store::WriteBatch batch;  // what makes it so
    bool is_new = true;       // no other attempt of it can be running
    bool tells = false;       // the batch has messages for webhooks

    status::State before() const;  // `first`
  };
  struct Run {
    store::OperationRecord record;
    bool resumed = false;  // by this start of the server
    std::stop_source stop;
    StopReason reason = StopReason::kNone;
    status::Tracker* tracker = nullptr;
    TimerId watchdog = 0;
    std::vector<Work> on_end;
  };
  struct Home {
    Home(Jobs& jobs, Loop& home_loop);
    Loop& loop;
    TaskGroup tasks;
    Positions positions;
    std::map<std::string, std::unique_ptr<Run>> runs;  // of operations running here
    // Operations whose beginning is on its way to the disk, and who wanted them stopped meanwhile.
    std::map<std::string, std::vector<StopAsked>> beginning;
  };
  struct Lane {  // of a kind
    KindOfWork work;
    std::mutex mutex;
    Queue queue;
    std::atomic<int> running{0};
  };

  Home& home_of(const std::string& operation_id);
  Lane& lane_of(status::Kind kind) { return lanes_[static_cast<int>(kind)]; }
  bool has_room(Lane& lane);
  Result<void> admit(const status::Operation& operation);
  Task<Result<void>> begin(Beginning beginning, store::WriteBatch with);
  Task<void> begin_at_home(Beginning beginning, store::WriteBatch with,
                           Completion<Result<void>> done);
  Task<Result<bool>> is_begun(status::State state);
  Task<void> find_out(Home& home, Beginning beginning);
  void conclude(Home& home, Beginning beginning, bool begun);
  void enqueue(Waiting waiting);
  void start_waiting(Lane& lane);
  void start(Home& home, Waiting waiting, StopReason reason);
  void leave(Home& home, const std::string& operation_id);
  std::optional<Waiting> take_from_queue(const std::string& operation_id);
  void show_position(store::OperationRecord& record, std::vector<status::Event>& first);
  void visit_queues(const Positions::Visitor& visitor);
  void queue_moved();
  Task<void> count_resumption(const Run& run);
  Task<void> run(Home& home, Run* run);
  Task<void> track(Home& home, Run* run);
  Task<Result<void>> run_guarded(Run* run);
  Task<void> end_failed(status::Tracker& tracker, store::OperationRecord record, Error error);
  Task<Result<void>> store_failure(status::Tracker& tracker, store::OperationRecord record,
                                   Error error);
  Task<Result<std::shared_ptr<const status::Writes>>> failure_writes(store::OperationRecord record,
                                                                     Error error);
  Error reason_to_fail(const Run& run, Error error) const;
  void stop(Run& run, StopReason reason);
  void watch(Home& home, Run* run);
  Task<Result<void>> commit_wish(std::string operation_id, store::WriteBatch with);
  Task<bool> answered_in_time(std::move_only_function<void(Answer)> ask);
  Task<bool> stop_and_wait(std::string operation_id, StopReason reason);
  Task<bool> is_over(Home& home, std::string operation_id);
  void ask_to_stop(const std::string& operation_id, StopReason reason, Answer answer);
  bool stop_here(Home& home, const std::string& operation_id, StopReason reason, Answer answer);
  void recover_one(Home& home, store::OperationRecord record);
  Task<void> end_recovered(Home& home, Run* run, Error error);

  store::Store& store_;
  status::EventLog& event_log_;
  live::Hub& hub_;
  const Log& log_;
  Metrics& metrics_;
  Options options_;
  StepCosts costs_;
  std::vector<std::unique_ptr<Home>> homes_;
  std::array<Lane, status::kKindNames.size()> lanes_;
  std::atomic<bool> shutting_down_{false};
};

}  // namespace walrus::jobs
