// Threads for work that blocks or computes: extraction, chunking, embedding, searching.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <expected>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/executor.h"
#include "base/task.h"

namespace walrus {

// Runs posted work on `threads` threads, first come, first served. Thread-safe. The destructor runs
// what is queued and waits for it. `niceness` (0 to 19) puts the threads, and the children they
// start, behind others.
class WorkerPool final : public Executor {
 public:
  WorkerPool(std::size_t threads, std::string name, int niceness = 0);
  ~WorkerPool() override;
  void post(Work work) override;
  std::size_t queued() const;

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// Runs `function` on `executor` and resumes the awaiting coroutine at home with what it returned or
// threw: `auto text = co_await offload(pool, [path] { return extract(path); });`
// The lambda is moved; what it captures by reference must outlive the await.
template <class Function>
Task<std::invoke_result_t<Function&>> offload(Executor& executor, Function function) {
  using T = std::invoke_result_t<Function&>;
  using Stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
  using Outcome = std::expected<Stored, std::exception_ptr>;
  auto start = [&executor, &function](Completion<Outcome> done) {
    executor.post([&function, done = std::move(done)]() mutable {
      Outcome outcome = std::unexpected(std::exception_ptr());
      try {
        if constexpr (std::is_void_v<T>) {
          function();
          outcome = std::monostate();
        } else {
          outcome = function();
        }
      } catch (...) {
        outcome = std::unexpected(std::current_exception());
      }
      done(std::move(outcome));
    });
  };
  Outcome outcome = co_await wait_for_callback<Outcome>(start);
  if (!outcome) std::rethrow_exception(outcome.error());
  if constexpr (!std::is_void_v<T>) co_return std::move(*outcome);
}

}  // namespace walrus
