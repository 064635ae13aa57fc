// Waits for what an operation's topic says, for requests that are answered then.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "base/task.h"
#include "live/hub.h"

namespace walrus::api {

// That a request may ask for.
inline constexpr std::chrono::seconds kLongestWait{60};

// Wakes whoever waits for it: once, by what it hears, or when the topic is closed. Belongs to its
// loop.
class WakingListener : public live::Listener {
 public:
  void on_closed() override { wake(); }

  void wake();
  bool woken() const { return woken_; }

 private:
  friend Task<void> until_woken(std::shared_ptr<WakingListener> listener,
                                std::optional<Duration> at_most, std::stop_token stop);
  bool woken_ = false;
  std::optional<Completion<bool>> waiting_;
};

// Returns on the awaiting loop, which is the listener's, once it was woken, `at_most` is over or
// `stop` comes. Without `at_most` the operation's own limits bound the wait.
Task<void> until_woken(std::shared_ptr<WakingListener> listener, std::optional<Duration> at_most,
                       std::stop_token stop);

}  // namespace walrus::api
