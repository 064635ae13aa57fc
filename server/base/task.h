// Task<T>: a coroutine that starts when it is awaited and resumes its caller when it ends.
//
// Why not asio::awaitable: it would bring Asio's headers into every pipeline and tie the pipelines
// to a real event loop (docs/decisions/0002). A task has a home Loop, handed down from caller to
// callee; whatever it awaits resumes it there. Parameters of a coroutine are taken by value.
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/executor.h"

namespace walrus {

template <class T = void>
class Task;

namespace task_internal {

struct PromiseBase {
  std::coroutine_handle<> continuation;
  Loop* home = nullptr;
  std::exception_ptr exception;

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      std::coroutine_handle<> caller = self.promise().continuation;
      return caller ? caller : std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void take() {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace task_internal

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = task_internal::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  template <class CallerPromise>
  Handle await_suspend(std::coroutine_handle<CallerPromise> caller) noexcept {
    handle_.promise().continuation = caller;
    handle_.promise().home = caller.promise().home;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  Handle handle_;
};

namespace task_internal {
template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}
}  // namespace task_internal

// The awaiting coroutine's home: `Loop& loop = co_await home_loop();`
struct HomeLoopAwaiter {
  Loop* loop = nullptr;
  bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> caller) noexcept {
    loop = caller.promise().home;
    return false;
  }
  Loop& await_resume() const noexcept { return *loop; }
};
inline HomeLoopAwaiter home_loop() {
  return {};
}

// Completes a `wait_for_callback`: call it once, from any thread; the coroutine goes on at home.
// Dropping it without a call leaves the coroutine waiting for ever, so whoever takes one owes a
// call.
template <class T>
class Completion {
 public:
  struct State {
    Loop* home;
    std::coroutine_handle<> waiting;
    std::optional<T> value;
  };
  explicit Completion(std::shared_ptr<State> state) : state_(std::move(state)) {}
  void operator()(T value) {
    auto state = std::move(state_);
    state->value.emplace(std::move(value));
    Loop* home = state->home;
    home->post([state = std::move(state)] { state->waiting.resume(); });
  }

 private:
  std::shared_ptr<State> state_;
};

// Turns a callback into something to await: `start` gets a Completion<T> and begins the work.
template <class T, class Start>
class CallbackAwaiter {
 public:
  explicit CallbackAwaiter(Start start) : start_(std::move(start)) {}
  bool await_ready() const noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> caller) {
    state_ = std::make_shared<typename Completion<T>::State>();
    state_->home = caller.promise().home;
    state_->waiting = caller;
    // The completion may come, and this awaiter be gone, before start_ returns.
    Start start = std::move(start_);
    start(Completion<T>(state_));
  }
  T await_resume() { return std::move(*state_->value); }

 private:
  Start start_;
  std::shared_ptr<typename Completion<T>::State> state_;
};

template <class T, class Start>
CallbackAwaiter<T, Start> wait_for_callback(Start start) {
  return CallbackAwaiter<T, Start>(std::move(start));
}

// Waits on the home loop's timers: `co_await sleep_for(100ms);`
class SleepAwaiter {
 public:
  explicit SleepAwaiter(Duration duration) : duration_(duration) {}
  bool await_ready() const noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> caller) {
    caller.promise().home->after(duration_, [caller] { caller.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  Duration duration_;
};
inline SleepAwaiter sleep_for(Duration duration) {
  return SleepAwaiter(duration);
}

}  // namespace walrus
