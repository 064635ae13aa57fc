// One loop's part of the server: its connections, their deadlines, its end.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/event_loop.h"
#include "base/task_group.h"
#include "http/connection_counts.h"
#include "http/http_metrics.h"
#include "http/listener.h"
#include "http/server.h"

namespace walrus::http {

// What all loops share; only the counts change after the start.
struct ServerSettings {
  Router router;
  Limits limits;
  Hooks hooks;
  std::filesystem::path upload_directory;
  const Log& log;
  HttpMetrics metrics;
  ConnectionCounts counts;
};

// Something of the loop that lives on a socket and has deadlines.
class Member {
 public:
  virtual ~Member() = default;
  // Called on every tick of the shard: has a deadline passed? Deadlines are looked at only here, so
  // that setting one costs a store and no timer.
  virtual void check(Duration now) = 0;
  // No further request; streams end.
  virtual void drain() = 0;
  // The connection goes now.
  virtual void cut() = 0;

 private:
  friend class Shard;
  std::size_t place_ = 0;
};

class Shard : public std::enable_shared_from_this<Shard> {
 public:
  Shard(EventLoop& loop, ServerSettings& settings);

  Result<void> listen(const Endpoint& endpoint);   // before `start`
  void forget_listeners() { listeners_.clear(); }  // before `start`
  void start();                                    // from any thread; everything else on the loop

  // Members add themselves and go before they die. A member may remove itself inside its own call.
  void add(Member& member);
  void remove(Member& member);

  // A connection's event stream is over, and the next request begins with these bytes.
  void take_back(Socket socket, ConnectionCounts::Ticket ticket, std::string first_bytes);

  void drain();
  void cut();
  // Calls `done` once nothing is left: no connection, no handler.
  void when_empty(Work done);

  bool draining() const { return draining_; }
  Duration now() const { return loop_.clock().monotonic(); }
  Duration tick() const { return tick_; }
  std::string_view date();  // for the Date field; made once a second
  EventLoop& loop() { return loop_; }
  ServerSettings& settings() { return settings_; }

 private:
  void accept(Socket socket, std::string remote_address);
  void arm();
  void check_members();
  void check_empty();

  EventLoop& loop_;
  ServerSettings& settings_;
  const Duration tick_;
  TaskGroup tasks_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::vector<Member*> members_;
  bool armed_ = false;
  TimerId timer_ = 0;
  bool draining_ = false;
  std::vector<Work> empty_waiters_;
  std::string date_;
  Duration date_until_{0};
};

}  // namespace walrus::http
