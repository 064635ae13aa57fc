// Owns coroutines: the only place where one is started.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include "base/task.h"

namespace walrus {

// Starts tasks and knows when all have ended. Not thread-safe: a group belongs to its loop's
// thread. Destroying a group whose tasks still run is a bug and aborts.
class TaskGroup {
 public:
  // Receives what a task throws. An exception is a bug somewhere; the group itself goes on.
  using ErrorHandler = std::function<void(std::exception_ptr)>;

  TaskGroup(Loop& loop, ErrorHandler on_error) : loop_(loop), on_error_(std::move(on_error)) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  // Runs `task` on the group's loop, at once, up to its first suspension.
  void start(Task<void> task);

  std::size_t running() const { return running_; }

  // Calls `done` on the loop when no task runs any more (posted at once if none does).
  void when_idle(Work done);

 private:
  struct Root;
  Root run(Task<void> task);
  void ended();

  Loop& loop_;
  ErrorHandler on_error_;
  std::size_t running_ = 0;
  std::vector<Work> idle_waiters_;
};

}  // namespace walrus
