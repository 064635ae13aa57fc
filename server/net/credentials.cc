#include "net/credentials.h"

#include <chrono>

namespace walrus::net {

namespace {

// Keys are renewed so long before they end, so that a service that is down for a while harms
// nobody.
constexpr std::chrono::minutes kRenewBefore{5};
constexpr std::chrono::seconds kPauseAfterFailure{10};

std::unexpected<Error> cancelled() {
  return fail(ErrorCode::kCancelled, "The wait for keys was cancelled.");
}

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
    Result<AwsKeys> shared = co_await wait_for_refresh(stop);
    // That the one who asked was stopped is not the others' end.
    bool was_stopped = !shared && shared.error().code == ErrorCode::kCancelled;
    if (!was_stopped || stop.stop_requested()) co_return shared;
  }
}

// Whoever asks is done within seconds.
Task<Result<AwsKeys>> CachedCredentials::wait_for_refresh(std::stop_token stop) {
  auto waiter = std::make_shared<Waiter>();
  std::stop_callback stopper(stop, [this, waiter] { stop_waiting(waiter); });
  auto start = [this, waiter](Completion<Result<AwsKeys>> done) {
    {
      std::lock_guard lock(mutex_);
      if (is_refreshing_ && !waiter->is_stopped) {
        waiter->done.emplace(std::move(done));
        waiters_.push_back(waiter);
        return;
      }
    }
    // Stopped, or it ended just now and the caller looks again.
    done(cancelled());
  };
  co_return co_await wait_for_callback<Result<AwsKeys>>(start);
}

void CachedCredentials::stop_waiting(const std::shared_ptr<Waiter>& waiter) {
  std::unique_lock lock(mutex_);
  waiter->is_stopped = true;
  auto done = std::exchange(waiter->done, std::nullopt);
  lock.unlock();
  if (done) (*done)(cancelled());
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
  std::vector<Completion<Result<AwsKeys>>> waiting;
  std::unique_lock lock(mutex_);
  is_refreshing_ = false;
  for (const std::shared_ptr<Waiter>& waiter : std::exchange(waiters_, {})) {
    if (waiter->done) waiting.push_back(*std::exchange(waiter->done, std::nullopt));
  }
  Result<AwsKeys> result = take(std::move(fetched));
  lock.unlock();
  for (Completion<Result<AwsKeys>>& done : waiting) done(result);
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
