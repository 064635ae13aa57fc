#include "base/event_loop.h"

#include <time.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unordered_map>

namespace walrus {

namespace asio = boost::asio;

TimePoint SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Duration SystemClock::monotonic() const {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

struct EventLoop::Timers {
  TimerId next = 1;
  std::unordered_map<TimerId, std::unique_ptr<asio::steady_timer>> armed;
};

EventLoop::EventLoop(const Clock& clock)
    : clock_(clock),
      context_(std::make_unique<asio::io_context>(1)),
      timers_(std::make_unique<Timers>()) {}

EventLoop::~EventLoop() {
  timers_->armed.clear();
}

void EventLoop::run() {
  auto guard = asio::make_work_guard(*context_);
  context_->run();
}

void EventLoop::stop() {
  context_->stop();
}

void EventLoop::post(Work work) {
  asio::post(*context_, std::move(work));
}

TimerId EventLoop::after(Duration delay, Work work) {
  TimerId id = timers_->next++;
  auto timer = std::make_unique<asio::steady_timer>(*context_, delay);
  timer->async_wait([this, id, work = std::move(work)](boost::system::error_code error) mutable {
    // A timer that had expired when it was cancelled comes here without an error.
    bool cancelled = error || timers_->armed.erase(id) == 0;
    if (!cancelled) work();
  });
  timers_->armed.emplace(id, std::move(timer));
  return id;
}

void EventLoop::cancel(TimerId id) {
  timers_->armed.erase(id);
}

asio::io_context& EventLoop::context() {
  return *context_;
}

}  // namespace walrus
