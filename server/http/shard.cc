#include "http/shard.h"

#include <algorithm>

#include "http/response_head.h"
#include "http/session.h"

namespace walrus::http {

namespace {

using std::chrono::milliseconds;

// Deadlines are met up to a tick late.
Duration tick_for(const Limits& limits) {
  milliseconds shortest =
      std::min({limits.header_timeout, limits.idle_timeout, limits.slow_body_grace,
                limits.write_timeout, limits.heartbeat, limits.pong_timeout, limits.close_timeout});
  return std::clamp<milliseconds>(shortest / 8, milliseconds(5), milliseconds(1000));
}

std::string what(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "unknown";
  }
}

}  // namespace

Shard::Shard(EventLoop& loop, ServerSettings& settings)
    : loop_(loop),
      settings_(settings),
      tick_(tick_for(settings.limits)),
      tasks_(loop, [&log = settings.log](std::exception_ptr thrown) {
        log.error("a connection ended by an exception", {{"what", what(thrown)}});
      }) {}

Result<void> Shard::listen(const Endpoint& endpoint) {
  auto on_accept = [this](Socket socket, std::string address) {
    accept(std::move(socket), std::move(address));
  };
  Result<std::shared_ptr<Listener>> listener = Listener::open(loop_, endpoint, on_accept);
  if (!listener) return std::unexpected(std::move(listener.error()));
  listeners_.push_back(std::move(*listener));
  return {};
}

void Shard::start() {
  loop_.post([self = shared_from_this()] {
    for (auto& listener : self->listeners_) listener->start();
  });
}

void Shard::accept(Socket socket, std::string remote_address) {
  tasks_.start(serve_connection(*this, std::move(socket), std::move(remote_address)));
}

void Shard::take_back(Socket socket, ConnectionCounts::Ticket ticket, std::string first_bytes) {
  tasks_.start(serve_again(*this, std::move(socket), std::move(ticket), std::move(first_bytes)));
}

void Shard::add(Member& member) {
  member.place_ = members_.size();
  members_.push_back(&member);
  if (!armed_) arm();
}

void Shard::remove(Member& member) {
  members_.back()->place_ = member.place_;
  members_[member.place_] = members_.back();
  members_.pop_back();
  if (empty_waiters_.empty() || !members_.empty()) return;
  // The member's coroutine has not ended yet.
  loop_.post([self = shared_from_this()] { self->check_empty(); });
}

void Shard::arm() {
  armed_ = true;
  timer_ = loop_.after(tick_, [this] { check_members(); });
}

void Shard::check_members() {
  armed_ = false;
  Duration now = this->now();
  // From the end: a member that removes itself is replaced by one that was called already.
  for (std::size_t i = members_.size(); i-- > 0;) members_[i]->check(now);
  if (!members_.empty() && !armed_) arm();
}

void Shard::drain() {
  draining_ = true;
  for (auto& listener : listeners_) listener->close();
  for (std::size_t i = members_.size(); i-- > 0;) members_[i]->drain();
}

void Shard::cut() {
  drain();
  for (std::size_t i = members_.size(); i-- > 0;) members_[i]->cut();
}

void Shard::when_empty(Work done) {
  empty_waiters_.push_back(std::move(done));
  check_empty();
}

void Shard::check_empty() {
  if (!members_.empty() || empty_waiters_.empty()) return;
  tasks_.when_idle([self = shared_from_this()] {
    if (!self->members_.empty()) return;
    if (self->armed_) self->loop_.cancel(self->timer_);
    self->armed_ = false;
    for (Work& waiter : std::exchange(self->empty_waiters_, {})) waiter();
  });
}

std::string_view Shard::date() {
  Duration now = this->now();
  if (now >= date_until_) {
    date_ = http_date(loop_.clock().now());
    date_until_ = now + std::chrono::seconds(1);
  }
  return date_;
}

}  // namespace walrus::http
