// Tells operations that wait of their place in the queue, as `queue_position` of their status.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/task_group.h"
#include "live/hub.h"
#include "store/store.h"

namespace walrus::jobs {

// Positions of the operations at home on one loop. A position is an event like any other: durable,
// then shown. While the queue moves, those are told anew who are among the next ten or whose shown
// position is wrong by more than a fifth: at most once a second, all in one commit.
//
// From an operation's first announcement to its start its newest state is here alone; the record in
// the queue keeps the one it came with.
//
// Belongs to its loop, but for `queue_moved`. The loop, the group, the store, the hub and the log
// outlive it; it lives until nothing runs in the group.
class Positions {
 public:
  // Takes one that waits; false: no more of them.
  using Visitor = std::function<bool(int position, const status::State& waiting)>;
  // Visits what waits anywhere, the next ones first.
  using Places = std::function<void(const Visitor& visitor)>;

  Positions(Loop& home, TaskGroup& tasks, store::Store& store, live::Hub& hub, const Log& log,
            Places places);
  ~Positions();

  // Thread-safe.
  void queue_moved();

  // What an operation that has left the queue starts from: `state` is the one it had there. Waits
  // while it is being announced. Nothing: `stop` came before it was known whether the announcement
  // is durable, so that nothing may follow it.
  Task<std::optional<status::State>> settled(status::State state);

  // Announces nothing more and waits for no store.
  void stop();

 private:
  enum class Writing { kDone, kUnderWay, kUnknown, kRefused };
  struct Newest {
    status::State state;
    Writing writing = Writing::kDone;
    Work on_settled;
  };
  struct Announcement {
    status::State state;  // after the event
    status::Event event;
  };

  void arm();
  void begin_round();
  std::vector<Announcement> outdated();
  Announcement announcement(status::State state, int position) const;
  Task<void> announce(std::vector<Announcement> announcements);
  Task<Result<void>> commit(store::WriteBatch batch);
  void conclude(Announcement announcement, const Result<void>& committed);

  Loop& home_;
  TaskGroup& tasks_;
  store::Store& store_;
  live::Hub& hub_;
  const Log& log_;
  Places places_;
  std::atomic<bool> asked_{false};  // for a round that has not begun
  std::map<std::string, Newest> newest_;
  std::optional<Duration> last_round_;
  TimerId timer_ = 0;
  bool writing_ = false;
  bool stopped_ = false;
};

}  // namespace walrus::jobs
