#include "webhooks/registry.h"

#include <algorithm>

#include "base/time_format.h"
#include "wire/object_writer.h"
#include "wire/status_json.h"

namespace walrus::webhooks {

namespace {

// What the event is called here; nothing for those that nobody can ask for.
std::optional<std::string_view> type_of(const status::State& state, const status::Event& event) {
  if (status::is_terminal(state.operation.kind, event)) {
    return event.outcome == status::Outcome::kCompleted ? kCompleted : kFailed;
  }
  if (event.reaches_step) return kStep;
  return std::nullopt;
}

bool asks_for(const store::WebhookRecord& webhook, std::string_view type) {
  return webhook.enabled && std::ranges::any_of(webhook.events, [&](const std::string& name) {
           return name == type || name == kEveryOperation;
         });
}

// The same for the same event and webhook, so that an event that is written twice is told once.
// The specification wants no full stop in it.
std::string message_id(const std::string& operation_id, std::uint64_t sequence,
                       const std::string& webhook) {
  std::string id = "msg_";
  std::ranges::remove_copy(operation_id, std::back_inserter(id), '-');
  return id + "_" + std::to_string(sequence) + "_" + webhook;
}

}  // namespace

bool is_event_name(std::string_view name) {
  return name == kCompleted || name == kFailed || name == kStep || name == kEveryOperation;
}

store::DeliveryRecord new_delivery(const store::WebhookRecord& webhook, std::string id,
                                   std::string_view type, TimePoint at, std::string_view data) {
  store::DeliveryRecord delivery;
  delivery.id = std::move(id);
  delivery.owner = webhook.owner;
  delivery.webhook = webhook.name;
  delivery.type = type;
  delivery.created_at = at;
  delivery.updated_at = at;
  delivery.next_attempt_at = at;
  wire::ObjectWriter body(delivery.body);
  body.text("type", type);
  body.text("timestamp", iso_millis(at));
  body.raw("data", data);
  body.close();
  return delivery;
}

void Registry::load(std::vector<store::WebhookRecord> webhooks) {
  for (store::WebhookRecord& webhook : webhooks) put(std::move(webhook));
}

void Registry::put(store::WebhookRecord webhook) {
  std::lock_guard lock(mutex_);
  Key key{webhook.owner, webhook.name};
  webhooks_.insert_or_assign(std::move(key), std::move(webhook));
  empty_ = false;
}

void Registry::remove(const std::string& owner, const std::string& name) {
  std::lock_guard lock(mutex_);
  webhooks_.erase({owner, name});
  empty_ = webhooks_.empty();
}

void Registry::disable(const std::string& owner, const std::string& name, TimePoint updated_at) {
  std::lock_guard lock(mutex_);
  auto found = webhooks_.find({owner, name});
  if (found == webhooks_.end() || found->second.updated_at != updated_at) return;
  found->second.enabled = false;
}

std::optional<store::WebhookRecord> Registry::find(const std::string& owner,
                                                   const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto found = webhooks_.find({owner, name});
  if (found == webhooks_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Registry::names(const std::string& owner) const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (auto at = webhooks_.lower_bound({owner, ""});
       at != webhooks_.end() && at->first.first == owner; ++at) {
    names.push_back(at->first.second);
  }
  return names;
}

std::vector<std::pair<std::string, std::string>> Registry::all() const {
  std::lock_guard lock(mutex_);
  std::vector<Key> keys;
  keys.reserve(webhooks_.size());
  for (const auto& [key, webhook] : webhooks_) keys.push_back(key);
  return keys;
}

bool Registry::add(const status::State& state, const std::vector<status::Event>& events,
                   store::WriteBatch& batch) {
  if (empty_.load(std::memory_order_relaxed)) return false;
  bool added = false;
  for (const status::Event& event : events) {
    auto type = type_of(state, event);
    if (!type) continue;
    bool last = &event == &events.back();
    added |= add_one(last ? state : status::state_after(state, event), event, *type, batch);
  }
  return added;
}

bool Registry::add_one(const status::State& state, const status::Event& event,
                       std::string_view type, store::WriteBatch& batch) {
  const status::Operation& operation = state.operation;
  std::string data;
  bool added = false;
  std::lock_guard lock(mutex_);
  for (auto at = webhooks_.lower_bound({operation.owner, ""});
       at != webhooks_.end() && at->first.first == operation.owner; ++at) {
    const store::WebhookRecord& webhook = at->second;
    if (!asks_for(webhook, type)) continue;
    if (data.empty()) data = wire::status_json(state);
    std::string id = message_id(operation.id, event.sequence, webhook.name);
    store::DeliveryRecord delivery = new_delivery(webhook, std::move(id), type, event.at, data);
    delivery.operation_id = operation.id;
    batch.mutations.push_back(store::PutDelivery{std::move(delivery)});
    added = true;
  }
  return added;
}

void Registry::committed(const std::string& owner) {
  if (on_committed_) on_committed_(owner);
}

}  // namespace walrus::webhooks
