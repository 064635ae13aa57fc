// Streams an operation's events to one reader: what it missed, then what is live, without a hole.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/task_group.h"
#include "http/message.h"
#include "live/hub.h"
#include "store/store.h"

namespace walrus::api {

// Where a reader left off.
struct Position {
  std::optional<std::uint64_t> after;  // none: the current attempt's first event
};

// The response that streams the operation of `record` on `loop`, the connection's.
http::Response stream_operation(live::Hub& hub, store::Store& store, Loop& loop, const Log& log,
                                store::OperationRecord record, Position position);

// One reader. Belongs to its connection's loop and keeps itself alive until the stream is closed.
class OperationStream final : public live::Listener,
                              public std::enable_shared_from_this<OperationStream> {
 public:
  OperationStream(live::Hub& hub, store::Store& store, Loop& loop, const Log& log,
                  store::OperationRecord record, std::shared_ptr<http::EventStream> stream);

  // Begins to send what follows the greeting; on the loop.
  void start(Position position);

  void on_events(std::span<const live::SharedEvent> events, const live::Frame& frame) override;
  void on_closed() override;

 private:
  Task<void> catch_up(Position position);
  Task<Result<void>> begin_after(std::uint64_t position, const live::Attachment& attachment);
  Task<Result<bool>> knows(std::uint64_t sequence, const live::Attachment& attachment);
  Task<Result<void>> send_snapshot(const live::Attachment& attachment);
  Task<Result<void>> replay(std::uint64_t up_to);
  void replay_one(status::Event event);
  void deliver(const live::LiveEvent& last, live::Frame frame);
  void closed();

  live::Hub& hub_;
  store::Store& store_;
  Loop& loop_;
  TaskGroup tasks_;
  store::OperationRecord record_;
  std::shared_ptr<http::EventStream> stream_;
  std::uint64_t sent_ = 0;  // the last sequence this reader has
  int least_attempt_ = 1;   // events of earlier attempts are passed over
  bool catching_up_ = true;
  bool topic_closed_ = false;
  bool closed_ = false;
  std::vector<live::SharedEvent> arrived_;  // while catching up
};

}  // namespace walrus::api
