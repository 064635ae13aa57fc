// What the heart needs of the world. store/ implements EventLog, live/ implements LiveSink.
#pragma once

#include <memory>
#include <vector>

#include "base/task.h"
#include "status/operation.h"

namespace walrus::status {

// What a step produced, to be committed together with the event that says so. Only the store knows
// what is inside (store::WriteBatch).
struct Writes {
  virtual ~Writes() = default;
};

// One durable step of an operation's log.
struct Append {
  State state;                // after the last event
  std::vector<Event> events;  // in order; may be empty when only `reserved_through` moves
  // Sequences up to here may have been shown before they are in the log (chat chunks).
  std::uint64_t reserved_through = 0;
  // The end: refused with `cancelled` where the wish to cancel was durable first.
  bool unless_cancelled = false;
  std::shared_ptr<const Writes> with;  // shared, so that an append can be tried again
};

// Thread-safe. Results arrive on the awaiting coroutine's home loop.
class EventLog {
 public:
  virtual ~EventLog() = default;
  // Durable (fsync) once it returns without an error. Errors: storage_unavailable (nothing was
  // written, or it is not known whether: asking again with the same sequences is safe), cancelled.
  virtual Task<Result<void>> append(Append append) = 0;
};

// Hands events on to whoever listens. Called on the operation's home loop, in order, after the
// events are durable (chunks excepted). Must not block.
class LiveSink {
 public:
  virtual ~LiveSink() = default;
  virtual void publish(const State& state, std::vector<Event> events) = 0;
};

}  // namespace walrus::status
