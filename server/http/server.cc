#include "http/server.h"

#include <atomic>
#include <latch>

#include "http/shard.h"

namespace walrus::http {

namespace {

constexpr int kPortAttempts = 20;

// Calls `done` once: when every shard is empty, or when the time is up.
class Drain : public std::enable_shared_from_this<Drain> {
 public:
  Drain(std::vector<std::shared_ptr<Shard>> shards, Work done)
      : shards_(std::move(shards)), left_(shards_.size()), done_(std::move(done)) {}

  void start(Duration limit) {
    for (auto& shard : shards_) {
      shard->loop().post([self = shared_from_this(), shard] {
        shard->drain();
        shard->when_empty([self] { self->emptied(); });
      });
    }
    Loop& first = shards_.front()->loop();
    first.post([self = shared_from_this(), limit, &first] {
      first.after(limit, [self] { self->time_up(); });
    });
  }

 private:
  void emptied() {
    if (left_.fetch_sub(1) == 1) end();
  }

  void time_up() {
    if (ended_.exchange(true)) return;
    for (auto& shard : shards_) {
      shard->loop().post([shard] { shard->cut(); });
    }
    done_();
  }

  void end() {
    if (!ended_.exchange(true)) done_();
  }

  const std::vector<std::shared_ptr<Shard>> shards_;
  std::atomic<std::size_t> left_;
  std::atomic<bool> ended_ = false;
  Work done_;
};

}  // namespace

struct Server::Impl {
  ServerSettings settings;
  std::vector<std::shared_ptr<Shard>> shards;
  std::uint16_t port = 0;
  bool listening = false;

  Result<std::uint16_t> find_common_port(const std::vector<Endpoint>& endpoints);
  Result<void> open(const Endpoint& endpoint);
};

Server::Server(std::vector<EventLoop*> loops, Router router, Limits limits, Hooks hooks,
               std::filesystem::path upload_directory, const Log& log, Metrics& metrics) {
  HttpMetrics http_metrics(metrics, router);
  Gauge& connections = http_metrics.connections;
  impl_.reset(new Impl{.settings = {.router = std::move(router),
                                    .limits = limits,
                                    .hooks = std::move(hooks),
                                    .upload_directory = std::move(upload_directory),
                                    .log = log,
                                    .metrics = std::move(http_metrics),
                                    .counts = ConnectionCounts(connections)}});
  for (EventLoop* loop : loops) {
    impl_->shards.push_back(std::make_shared<Shard>(*loop, impl_->settings));
  }
}

Server::~Server() {
  if (!impl_->listening) return;
  std::latch empty(static_cast<std::ptrdiff_t>(impl_->shards.size()));
  for (auto& shard : impl_->shards) {
    shard->loop().post([shard, &empty] {
      shard->cut();
      shard->when_empty([&empty] { empty.count_down(); });
    });
  }
  empty.wait();
}

// With port 0 all endpoints get the one that the first is given, where the others can have it too.
Result<std::uint16_t> Server::Impl::find_common_port(const std::vector<Endpoint>& endpoints) {
  std::optional<Error> last;
  int attempts = endpoints.front().port == 0 ? kPortAttempts : 1;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    Result<std::uint16_t> first = find_port(endpoints.front());
    if (!first) return first;
    last.reset();
    for (Endpoint endpoint : endpoints) {
      if (endpoint.port == 0) endpoint.port = *first;
      Result<std::uint16_t> found = find_port(endpoint);
      if (!found) last = std::move(found.error());
    }
    if (!last) return first;
  }
  return std::unexpected(std::move(*last));
}

// On every loop, or on none: a socket that listens and is not served takes connections and is
// silent.
Result<void> Server::Impl::open(const Endpoint& endpoint) {
  for (auto& shard : shards) {
    Result<void> opened = shard->listen(endpoint);
    if (opened) continue;
    for (auto& each : shards) each->forget_listeners();
    return opened;
  }
  return {};
}

Result<void> Server::listen(std::vector<Endpoint> endpoints) {
  Result<std::uint16_t> common = impl_->find_common_port(endpoints);
  if (!common) return std::unexpected(std::move(common.error()));
  for (Endpoint& endpoint : endpoints) {
    if (endpoint.port == 0) endpoint.port = *common;
    Result<void> opened = impl_->open(endpoint);
    if (!opened) return opened;
  }
  impl_->port = *common;
  impl_->listening = true;
  for (auto& shard : impl_->shards) shard->start();
  return {};
}

std::uint16_t Server::port() const {
  return impl_->port;
}

void Server::drain(std::chrono::milliseconds limit, Work done) {
  std::make_shared<Drain>(impl_->shards, std::move(done))->start(limit);
}

}  // namespace walrus::http
