#include "webhooks/dispatcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ids.h"
#include "net/url.h"
#include "webhooks/signature.h"

namespace walrus::webhooks {

namespace {

using namespace std::chrono_literals;
using store::DeliveryRecord;
using store::DeliveryState;
using store::WebhookRecord;

// After the first attempt, which is made at once.
constexpr std::array<std::chrono::seconds, 7> kPauses{5s, 5min, 30min, 2h, 5h, 10h, 10h};

constexpr std::uint64_t kMostReplyBytes = 4096;
constexpr int kGone = 410;

constexpr std::string_view kDisabled =
    "The webhook is disabled: its receiver answered 410 Gone. Put it again to enable it.";

bool is_success(const Result<net::ClientResponse>& response) {
  return response && response->status >= 200 && response->status < 300;
}

// For the webhook's owner: without the address, and without anything of the answer's body.
std::string why_failed(const Result<net::ClientResponse>& response) {
  if (!response) return response.error().message;
  if (response->status == kGone) return std::string(kDisabled);
  if (response->status >= 300 && response->status < 400) {
    return fmt::format("It answered {}; redirects are not followed. Give the webhook its new URL.",
                       response->status);
  }
  return fmt::format("It answered {}.", response->status);
}

// The delivery after an attempt that ended at `now`.
DeliveryRecord after_attempt(DeliveryRecord delivery, const Result<net::ClientResponse>& response,
                             TimePoint now) {
  delivery.attempts += 1;
  delivery.updated_at = now;
  delivery.last_status = response ? response->status : 0;
  delivery.last_error.clear();
  if (is_success(response)) {
    delivery.state = DeliveryState::kDelivered;
    return delivery;
  }
  delivery.last_error = why_failed(response);
  auto pause = pause_after(delivery.attempts, delivery.id);
  if (delivery.last_status == kGone || !pause) {
    delivery.state = DeliveryState::kFailed;
    return delivery;
  }
  delivery.next_attempt_at = now + *pause;
  return delivery;
}

Counter& outcome(Metrics& metrics, std::string_view word) {
  return metrics.counter("walrus_webhook_deliveries_total",
                         "Attempts to deliver a webhook's message, by what came of them.",
                         fmt::format("outcome=\"{}\"", word));
}

}  // namespace

std::optional<Duration> pause_after(int attempts, std::string_view message_id) {
  auto index = static_cast<std::size_t>(attempts - 1);
  if (index >= kPauses.size()) return std::nullopt;
  Duration pause = kPauses[index];
  std::uint32_t draw = id_hash(fmt::format("{}#{}", message_id, attempts)) % 1000;
  return pause + pause * draw / 10'000;
}

Dispatcher::Dispatcher(Loop& loop, store::Store& store, Registry& registry, net::HttpClient& http,
                       const Gates& gates, const Log& log, Metrics& metrics,
                       DispatcherOptions options)
    : loop_(loop),
      store_(store),
      registry_(registry),
      http_(http),
      gates_(gates),
      log_(log),
      options_(options),
      delivered_(outcome(metrics, "delivered")),
      retried_(outcome(metrics, "retried")),
      failed_(outcome(metrics, "failed")),
      pending_(metrics.gauge("walrus_webhook_outbox_pending",
                             "Messages that wait to be delivered, as of the last sweep.")),
      slots_(options.at_once, options.at_once_of_owner),
      tasks_(loop, [this](std::exception_ptr) { log_.error("a webhook's delivery threw"); }) {}

void Dispatcher::start() {
  started_ = true;
  sweep();
}

void Dispatcher::wake(std::string owner) {
  loop_.post([this, owner = std::move(owner)] {
    for (std::string& name : registry_.names(owner)) look({owner, std::move(name)});
  });
}

void Dispatcher::shut_down(Work done) {
  loop_.post([this, done = std::move(done)]() mutable {
    stop_.request_stop();
    loop_.cancel(sweep_timer_);
    for (auto& [key, lane] : lanes_) loop_.cancel(lane.timer);
    tasks_.when_idle(std::move(done));
  });
}

// Finds what nobody told of: after a start, after a commit whose answer was lost, and after a step
// of the clock.
void Dispatcher::sweep() {
  if (stop_.stop_requested()) return;
  for (const Key& key : registry_.all()) look(key);
  tasks_.start(count_pending());
  sweep_timer_ = loop_.after(options_.sweep, [this] { sweep(); });
}

Task<void> Dispatcher::count_pending() {
  auto count = co_await store_.pending_deliveries();
  if (count) pending_.set(*count);
}

// --- A lane: one webhook's deliveries, one at a time

void Dispatcher::look(const Key& key) {
  if (!started_ || stop_.stop_requested()) return;
  Lane& lane = lanes_[key];
  if (lane.running) {
    lane.look_again = true;
    return;
  }
  loop_.cancel(lane.timer);
  lane.running = true;
  tasks_.start(run(key));
}

Task<void> Dispatcher::run(Key key) {
  std::optional<Duration> pause = co_await deliver_what_is_due(key);
  auto lane = lanes_.find(key);
  lane->second.running = false;
  if (stop_.stop_requested()) co_return;
  if (std::exchange(lane->second.look_again, false)) pause = Duration(0);
  if (!pause) {
    lanes_.erase(lane);
    co_return;
  }
  lane->second.timer = loop_.after(*pause, [this, key] { look(key); });
}

// How long until there is something to do again; nothing: until somebody says so.
Task<std::optional<Duration>> Dispatcher::deliver_what_is_due(Key key) {
  std::optional<Duration> pause = Duration(0);
  while (pause == Duration(0) && !stop_.stop_requested()) {
    // Before the row is read: while a slot is waited for, the webhook can be deleted and put again,
    // and the new one must not get what was for the old one.
    co_await slots_.take(key.first);
    pause = co_await deliver_next(key);
    slots_.give(key.first);
  }
  co_return pause;
}

Task<std::optional<Duration>> Dispatcher::deliver_next(Key key) {
  if (stop_.stop_requested()) co_return std::nullopt;
  auto next = co_await store_.next_delivery(key.first, key.second);
  if (!next) co_return options_.store_pause;
  if (!*next) co_return std::nullopt;
  Duration wait = (*next)->next_attempt_at - loop_.clock().now();
  if (wait > Duration(0)) co_return wait;
  bool attempted = co_await attempt(std::move(**next));
  co_return attempted ? Duration(0) : options_.store_pause;
}

// --- An attempt

// False: there was none, and the delivery is as it was.
Task<bool> Dispatcher::attempt(DeliveryRecord delivery) {
  // A webhook that is being put or deleted at this moment may be here, and not yet in the registry.
  auto webhook = registry_.find(delivery.owner, delivery.webhook);
  if (!webhook || !webhook->enabled || stop_.stop_requested()) co_return false;
  net::ClientRequest request = request_for(*webhook, delivery);
  auto response = co_await http_.send(std::move(request), stop_.get_token());
  if (stop_.stop_requested()) co_return false;
  delivery = after_attempt(std::move(delivery), response, loop_.clock().now());
  bool gone = delivery.last_status == kGone;
  report(delivery);
  co_await keep(std::move(delivery), std::move(*webhook), gone);
  co_return true;
}

net::ClientRequest Dispatcher::request_for(const WebhookRecord& webhook,
                                           const DeliveryRecord& delivery) const {
  TimePoint now = loop_.clock().now();
  std::string key = key_of(webhook.secret).value_or("");
  auto url = net::Url::parse(webhook.url);
  // What was checked is what is connected to: libcurl reads some URLs otherwise.
  net::ClientRequest request{
      .method = "POST", .url = url ? url->href() : "", .body = delivery.body};
  request.headers = {{"Content-Type", "application/json"},
                     {"webhook-id", delivery.id},
                     {"webhook-timestamp", unix_seconds(now)},
                     {"webhook-signature", sign(key, delivery.id, now, delivery.body)}};
  request.gate = gates_.of(url ? url->scheme() : "http");
  request.first_byte_timeout = options_.deadline;
  request.idle_timeout = options_.deadline;
  request.total_timeout = options_.deadline;
  request.max_bytes = kMostReplyBytes;
  request.body_use = net::BodyUse::kDiscard;
  return request;
}

// A webhook that is gone is disabled for new events once that is durable: an event in between would
// go untold where a crash leaves the webhook enabled.
Task<void> Dispatcher::keep(DeliveryRecord delivery, WebhookRecord webhook, bool gone) {
  store::WriteBatch batch;
  batch.mutations.push_back(store::UpdateDelivery{std::move(delivery)});
  if (gone) {
    batch.mutations.push_back(store::DisableWebhook{webhook.owner, webhook.name, webhook.updated_at,
                                                    std::string(kDisabled)});
  }
  bool durable = co_await commit(std::move(batch));
  if (durable && gone) registry_.disable(webhook.owner, webhook.name, webhook.updated_at);
}

// Waits for a store that is away: until it knows, the receiver would get the message again. False:
// the store refused it, or the dispatcher shuts down.
Task<bool> Dispatcher::commit(store::WriteBatch batch) {
  while (!stop_.stop_requested()) {
    store::WriteBatch copy = batch;
    Result<void> committed = co_await store_.commit(std::move(copy));
    if (committed) co_return true;
    if (committed.error().code != ErrorCode::kStorageUnavailable) break;
    co_await sleep_for(options_.store_pause);
  }
  co_return false;
}

void Dispatcher::report(const DeliveryRecord& delivery) {
  bool failed = delivery.state == DeliveryState::kFailed;
  bool delivered = delivery.state == DeliveryState::kDelivered;
  (delivered ? delivered_ : failed ? failed_ : retried_).add();
  if (!failed) return;
  log_.warning("a webhook's message could not be delivered", {{"webhook", delivery.webhook},
                                                              {"delivery", delivery.id},
                                                              {"attempts", delivery.attempts},
                                                              {"status", delivery.last_status}});
}

}  // namespace walrus::webhooks
