// Reads an operation's events for one reader: what it missed, then what is live, without a hole,
// each event once.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/task_group.h"
#include "http/outlet.h"
#include "live/hub.h"
#include "store/store.h"

namespace walrus::api {

// Where a reader left off.
struct Position {
  std::optional<std::uint64_t> after;  // none: the current attempt's first event
};

// Where a reader's events go. Called on the reader's loop.
class EventSink {
 public:
  virtual ~EventSink() = default;

  // Where the events leave. What a reader missed is read as fast as it takes it, and no faster.
  virtual http::Outlet& outlet() = 0;

  // Events in order, at least one; `frame` is all of them as one piece of the operation's stream.
  // False: the sink takes no more, and the reader stops.
  virtual bool take(std::span<const live::SharedEvent> events, const live::Frame& frame) = 0;
  // The state as it is and an answer's text so far, where the position was not one to go on from.
  virtual bool take_snapshot(const status::State& state, const std::string& content) = 0;

  // One of these is the last call. The last events, after which the operation's log has no more:
  virtual void finish(std::span<const live::SharedEvent> events, const live::Frame& frame) = 0;
  // the reader had everything already, or the operation goes on in a later run: come back;
  virtual void leave() = 0;
  // the store could not be read, or `take` said false.
  virtual void fail() = 0;
};

// Belongs to its loop, and keeps itself alive until its sink has had its last call or it is
// stopped.
class OperationReader final : public live::Listener,
                              public std::enable_shared_from_this<OperationReader> {
 public:
  OperationReader(live::Hub& hub, store::Store& store, Loop& loop, const Log& log,
                  store::OperationRecord record, std::unique_ptr<EventSink> sink);

  void start(Position position);
  // The sink is called no more. Any number of times.
  void stop();

  void on_events(std::span<const live::SharedEvent> events, const live::Frame& frame) override;
  void on_closed() override;

 private:
  Task<void> catch_up(Position position);
  Task<Result<void>> catch_up_once(std::optional<std::uint64_t> position,
                                   const live::Attachment& attachment);
  Task<Result<void>> begin_after(std::uint64_t position, const live::Attachment& attachment);
  Task<Result<bool>> knows(std::uint64_t sequence, const live::Attachment& attachment);
  Task<Result<void>> send_snapshot(const live::Attachment& attachment);
  Task<Result<void>> replay(std::uint64_t up_to);
  live::SharedEvent encoded(status::Event event) const;
  Task<void> give(std::vector<live::SharedEvent> events);
  Task<void> drained();
  bool is_full() const;
  void keep(std::span<const live::SharedEvent> events);
  void deliver_each(std::span<const live::SharedEvent> events);
  void deliver(std::span<const live::SharedEvent> events, const live::Frame& frame);
  void fail();
  void leave();

  live::Hub& hub_;
  store::Store& store_;
  Loop& loop_;
  TaskGroup tasks_;
  store::OperationRecord record_;
  std::unique_ptr<EventSink> sink_;
  std::uint64_t sent_ = 0;  // the last sequence this reader has
  int least_attempt_ = 1;   // events of earlier attempts are passed over
  bool catching_up_ = true;
  bool topic_closed_ = false;
  bool stopped_ = false;
  std::vector<live::SharedEvent> arrived_;  // while catching up
  std::size_t arrived_bytes_ = 0;
  bool missed_ = false;  // more arrived than is kept: it is read from the log
};

}  // namespace walrus::api
