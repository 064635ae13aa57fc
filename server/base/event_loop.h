// The real Loop: one thread running an Asio io_context.
#pragma once

#include <memory>
#include <string>

#include "base/executor.h"

namespace boost::asio {
class io_context;
}

namespace walrus {

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
  Duration monotonic() const override;
};

// Runs on whichever thread calls `run`, which returns after `stop`. `post` and `stop` are
// thread-safe; the rest is for the loop's own thread.
class EventLoop final : public Loop {
 public:
  explicit EventLoop(const Clock& clock);
  ~EventLoop() override;

  void run();
  void stop();

  void post(Work work) override;
  TimerId after(Duration delay, Work work) override;
  void cancel(TimerId id) override;
  const Clock& clock() const override { return clock_; }

  // For those who do I/O on the loop (http/). Include base/asio.h to use it.
  boost::asio::io_context& context();

 private:
  struct Timers;
  const Clock& clock_;
  std::unique_ptr<boost::asio::io_context> context_;
  std::unique_ptr<Timers> timers_;
};

}  // namespace walrus
