// Delivers what is in the outbox, at least once, and keeps its log.
#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "base/task_group.h"
#include "net/http_client.h"
#include "store/store.h"
#include "webhooks/endpoint.h"
#include "webhooks/registry.h"
#include "webhooks/slots.h"

namespace walrus::webhooks {

struct DispatcherOptions {
  int at_once = 64;                                // requests
  int at_once_of_owner = 4;                        // of them; of a webhook, one
  std::chrono::milliseconds deadline{15'000};      // of an attempt
  Duration sweep = std::chrono::seconds(30);       // looks at everything, whatever was heard
  Duration store_pause = std::chrono::seconds(1);  // until a store that is away is asked again
};

// How long to wait after so many attempts (from 1), with up to a tenth on top that differs from
// message to message; nothing: that was the last. The schedule is the specification's.
std::optional<Duration> pause_after(int attempts, std::string_view message_id);

// Belongs to its loop: everything but `wake` and `shut_down` is called there. What it is given
// outlives it.
//
// An attempt counts once its end is in the store: whatever was under way at a crash is sent again,
// under the same id. 2xx is delivered; 410 disables the webhook; all else is tried again, for a
// day.
class Dispatcher {
 public:
  Dispatcher(Loop& loop, store::Store& store, Registry& registry, net::HttpClient& http,
             const Gates& gates, const Log& log, Metrics& metrics, DispatcherOptions options = {});

  // Takes up what is in the store; once. Nothing is sent before.
  void start();
  // There may be something to deliver for the owner. Any thread.
  void wake(std::string owner);
  // Breaks off what is under way; `done` is called on the loop when nothing runs. Any thread.
  void shut_down(Work done);

 private:
  using Key = std::pair<std::string, std::string>;  // owner, webhook
  struct Lane {
    bool running = false;
    bool look_again = false;
    TimerId timer = 0;
  };

  void sweep();
  void look(const Key& key);
  Task<void> run(Key key);
  Task<std::optional<Duration>> deliver_what_is_due(Key key);
  Task<std::optional<Duration>> deliver_next(Key key);
  Task<bool> attempt(store::DeliveryRecord delivery);
  net::ClientRequest request_for(const store::WebhookRecord& webhook,
                                 const store::DeliveryRecord& delivery) const;
  Task<void> keep(store::DeliveryRecord delivery, store::WebhookRecord webhook, bool gone);
  Task<bool> commit(store::WriteBatch batch);
  void report(const store::DeliveryRecord& delivery);
  Task<void> count_pending();

  Loop& loop_;
  store::Store& store_;
  Registry& registry_;
  net::HttpClient& http_;
  const Gates& gates_;
  const Log& log_;
  const DispatcherOptions options_;
  Counter& delivered_;
  Counter& retried_;
  Counter& failed_;
  Gauge& pending_;

  bool started_ = false;
  std::stop_source stop_;
  std::map<Key, Lane> lanes_;  // of webhooks with something pending
  TimerId sweep_timer_ = 0;
  Slots slots_;
  TaskGroup tasks_;
};

}  // namespace walrus::webhooks
