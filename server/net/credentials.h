// Whose keys requests to AWS's services are signed with.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/task.h"
#include "net/sigv4.h"

namespace walrus::net {

// Thread-safe. Messages and details of errors name no key, token or secret.
class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;
  // Those to sign with now. Errors: storage_unavailable, which says what to set; cancelled.
  virtual Task<Result<AwsKeys>> keys(std::stop_token stop) = 0;
  // A service has called these expired: what is given next are others, where there are any.
  virtual void expired(const AwsKeys& keys) = 0;
};

// Always the same ones.
class StaticCredentials final : public CredentialsSource {
 public:
  explicit StaticCredentials(AwsKeys keys) : keys_(std::move(keys)) {}
  Task<Result<AwsKeys>> keys(std::stop_token) override { co_return keys_; }
  void expired(const AwsKeys&) override {}

 private:
  AwsKeys keys_;
};

struct SessionKeys {
  AwsKeys keys;
  std::optional<TimePoint> expires_at = {};  // nothing: not that anybody knows
};

// One place where keys may come from.
class KeysProvider {
 public:
  virtual ~KeysProvider() = default;
  // Nothing where it is not set up, so that the next place is asked. Errors are those of `keys`. It
  // ends within seconds, whatever it asks.
  virtual Task<Result<std::optional<SessionKeys>>> fetch(std::stop_token stop) = 0;
};

// Keeps what the first provider that has keys gave, and asks again in time. One of those who come
// meanwhile asks, the others wait for it.
class CachedCredentials final : public CredentialsSource {
 public:
  // `clock` and `log` must outlive it.
  CachedCredentials(std::vector<std::unique_ptr<KeysProvider>> providers, const Clock& clock,
                    const Log& log);

  Task<Result<AwsKeys>> keys(std::stop_token stop) override;
  void expired(const AwsKeys& keys) override;

 private:
  // Whoever waits for the one who asks. Ended once: by that one, or by a stop.
  struct Waiter {
    std::optional<Completion<Result<AwsKeys>>> done;
    bool is_stopped = false;
  };

  std::optional<AwsKeys> fresh_keys() const;  // the mutex is held
  Task<Result<AwsKeys>> wait_for_refresh(std::stop_token stop);
  void stop_waiting(const std::shared_ptr<Waiter>& waiter);
  Task<Result<SessionKeys>> fetch(std::stop_token stop);
  Result<AwsKeys> settle(Result<SessionKeys> fetched);
  Result<AwsKeys> take(Result<SessionKeys> fetched);  // the mutex is held

  std::vector<std::unique_ptr<KeysProvider>> providers_;
  const Clock& clock_;
  const Log& log_;
  mutable std::mutex mutex_;
  std::optional<SessionKeys> cached_;
  TimePoint next_refresh_{};  // not before this, after a failed one
  bool is_refreshing_ = false;
  std::vector<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace walrus::net
