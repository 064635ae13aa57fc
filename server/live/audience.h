// The listeners of one topic on one loop, and what is on its way to them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/executor.h"
#include "live/live_event.h"

namespace walrus::live {

// Receives live events on its own loop. Not thread-safe.
class Listener {
 public:
  virtual ~Listener() = default;
  // What was published since the last call, in order; at least one event. `frame` is all of them as
  // one piece of the operation's stream.
  virtual void on_events(std::span<const SharedEvent> events, const Frame& frame) = 0;
  // The topic was closed without an end: nothing more is heard of it. The operation goes on in a
  // later run, or is gone.
  virtual void on_closed() = 0;
};

// For its loop's thread alone. A listener may add or remove itself or others while it is told; one
// that was removed may still be told what was on its way then.
class Audience final : public std::enable_shared_from_this<Audience> {
 public:
  explicit Audience(Loop& loop) : loop_(loop) {}

  void add(std::shared_ptr<Listener> listener);
  void remove(const Listener* listener);
  bool empty() const { return listeners_->empty(); }

  // Tells everybody who listens now, call after call in order. Many are told in slices, with other
  // work of the loop in between, so that nobody waits for a crowd that is not his.
  void deliver(std::span<const SharedEvent> events, const Frame& frame);
  void close();

  bool is_telling() const { return !under_way_.empty(); }
  // When the last telling in slices ended; now, while one goes on. On the monotonic clock.
  Duration told_at() const { return is_telling() ? loop_.clock().monotonic() : told_at_; }

 private:
  using Listeners = std::vector<std::shared_ptr<Listener>>;
  struct Telling {
    std::shared_ptr<const Listeners> whom;
    std::vector<SharedEvent> events;  // none: the topic is closed
    Frame frame;
    std::size_t next = 0;
  };
  Listeners& changeable();
  void tell(Telling telling);
  void go_on();

  Loop& loop_;
  std::shared_ptr<Listeners> listeners_ = std::make_shared<Listeners>();
  std::vector<Telling> under_way_;
  Duration told_at_{0};
};

}  // namespace walrus::live
