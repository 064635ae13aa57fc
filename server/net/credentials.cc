#include "net/credentials.h"

#include <chrono>

namespace walrus::net {

namespace {

// Keys are renewed so long before they end, so that a service that is down for a while harms
// nobody.
constexpr std::chrono::minutes kRenewBefore{5};
constexpr std::chrono::seconds kPauseAfterFailure{10};

}  // namespace

CachedCredentials::CachedCredentials(std::vector<std::unique_ptr<KeysProvider>> providers,
                                     const Clock& clock, const Log& log)
    : providers_(std::move(providers)), clock_(clock), log_(log) {}

std::optional<AwsKeys> CachedCredentials::fresh_keys() const {
  if (!cached_) return std::nullopt;
  TimePoint now = clock_.now();
  bool is_fresh = !cached_->expires_at || now + kRenewBefore < *cached_->expires_at;
  bool may_wait = cached_->expires_at && now < *cached_->expires_at && now < next_refresh_;
  return is_fresh || may_wait ? std::optional(cached_->keys) : std::nullopt;
}

Task<Result<AwsKeys>> CachedCredentials::keys(std::stop_token stop) {
  while (true) {
    bool asks = false;
    {
      std::lock_guard lock(mutex_);
      if (std::optional<AwsKeys> fresh = fresh_keys()) co_return std::move(*fresh);
      asks = !std::exchange(is_refreshing_, true);
    }
    if (asks) {
      Result<SessionKeys> fetched = co_await fetch(stop);
      co_return settle(std::move(fetched));
    }
    Result<AwsKeys> shared = co_await wait_for_refresh();
    // That the one who asked was stopped is not the others' end.
    bool was_stopped = !shared && shared.error().code == ErrorCode::kCancelled;
    if (!was_stopped || stop.stop_requested()) co_return shared;
  }
}

// Whoever asks is done within seconds.
Task<Result<AwsKeys>> CachedCredentials::wait_for_refresh() {
  auto start = [this](Waiter done) {
    {
      std::lock_guard lock(mutex_);
      if (is_refreshing_) {
        waiters_.push_back(std::move(done));
        return;
      }
    }
    // It ended just now: the caller looks again.
    done(fail(ErrorCode::kCancelled, "The wait for keys was cancelled."));
  };
  co_return co_await wait_for_callback<Result<AwsKeys>>(start);
}

Task<Result<SessionKeys>> CachedCredentials::fetch(std::stop_token stop) {
  for (const std::unique_ptr<KeysProvider>& provider : providers_) {
    Result<std::optional<SessionKeys>> found = co_await provider->fetch(stop);
    if (!found) co_return std::unexpected(std::move(found.error()));
    if (*found) co_return std::move(**found);
  }
  co_return fail(ErrorCode::kStorageUnavailable,
                 "No AWS credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                 "name a profile in AWS_PROFILE, or give the machine or container a role.",
                 "no credentials");
}

Result<AwsKeys> CachedCredentials::settle(Result<SessionKeys> fetched) {
  std::vector<Waiter> waiters;
  std::unique_lock lock(mutex_);
  is_refreshing_ = false;
  waiters.swap(waiters_);
  Result<AwsKeys> result = take(std::move(fetched));
  lock.unlock();
  for (Waiter& waiter : waiters) waiter(result);
  return result;
}

// Keys that have not ended yet outlive a failure to renew them.
Result<AwsKeys> CachedCredentials::take(Result<SessionKeys> fetched) {
  if (fetched) {
    cached_ = std::move(*fetched);
    return cached_->keys;
  }
  TimePoint now = clock_.now();
  bool is_good = cached_ && cached_->expires_at && now < *cached_->expires_at;
  if (!is_good || fetched.error().code == ErrorCode::kCancelled)
    return std::unexpected(std::move(fetched.error()));
  next_refresh_ = now + kPauseAfterFailure;
  log_.warning("keys could not be renewed", {{"detail", fetched.error().detail}});
  return cached_->keys;
}

void CachedCredentials::expired(const AwsKeys& keys) {
  std::lock_guard lock(mutex_);
  if (cached_ && cached_->keys == keys) cached_.reset();
}

}  // namespace walrus::net
