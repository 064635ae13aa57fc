// The io threads: one event loop each.
#pragma once

#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "base/event_loop.h"
#include "base/task_group.h"

namespace walrus::app {

// The loops run from construction to `stop`, which must come before destruction.
class LoopThreads {
 public:
  LoopThreads(std::size_t count, const Clock& clock);
  ~LoopThreads();
  void stop();

  std::vector<EventLoop*> event_loops() const;
  std::vector<Loop*> loops() const;
  EventLoop& first() { return *loops_.front(); }

 private:
  std::vector<std::unique_ptr<EventLoop>> loops_;
  std::vector<std::thread> threads_;
};

// Runs a task on `loop`, which runs on another thread, and waits for its result.
template <class T>
T run_on(Loop& loop, Task<T> task) {
  std::promise<T> promise;
  std::unique_ptr<TaskGroup> group;
  auto fulfil = [](Task<T> inner, std::promise<T>& out) -> Task<void> {
    try {
      out.set_value(co_await inner);
    } catch (...) {
      out.set_exception(std::current_exception());
    }
  };
  loop.post([&] {
    group = std::make_unique<TaskGroup>(loop, [](std::exception_ptr) {});
    group->start(fulfil(std::move(task), promise));
  });
  T result = promise.get_future().get();
  std::promise<void> idle;
  loop.post([&] {
    group->when_idle([&] {
      group.reset();
      idle.set_value();
    });
  });
  idle.get_future().get();
  return result;
}

}  // namespace walrus::app
