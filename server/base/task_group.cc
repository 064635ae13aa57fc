#include "base/task_group.h"

#include <cstdlib>

namespace walrus {

// A coroutine that starts at once and frees itself at its end.
struct TaskGroup::Root {
  struct promise_type {
    Loop* home;
    promise_type(TaskGroup& group, Task<void>&) : home(&group.loop_) {}
    Root get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::abort(); }
  };
};

TaskGroup::~TaskGroup() {
  if (running_ != 0) std::abort();
}

void TaskGroup::start(Task<void> task) {
  ++running_;
  run(std::move(task));
}

TaskGroup::Root TaskGroup::run(Task<void> task) {
  try {
    co_await task;
  } catch (...) {
    on_error_(std::current_exception());
  }
  ended();
}

void TaskGroup::ended() {
  if (--running_ != 0) return;
  for (Work& waiter : idle_waiters_) loop_.post(std::move(waiter));
  idle_waiters_.clear();
}

void TaskGroup::when_idle(Work done) {
  if (running_ == 0) {
    loop_.post(std::move(done));
  } else {
    idle_waiters_.push_back(std::move(done));
  }
}

}  // namespace walrus
