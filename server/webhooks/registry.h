// The webhooks of every owner, in memory beside the store, and what their owners' events become.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/event_log.h"
#include "store/store.h"

namespace walrus::webhooks {

inline constexpr std::string_view kCompleted = "operation.completed";
inline constexpr std::string_view kFailed = "operation.failed";
inline constexpr std::string_view kStep = "operation.step";
inline constexpr std::string_view kEveryOperation = "operation.*";
inline constexpr std::string_view kTest = "webhook.test";

// Whether a webhook can ask for it.
bool is_event_name(std::string_view name);

// A delivery that begins now. `data` is JSON; a message's id is the same for the same occasion.
store::DeliveryRecord new_delivery(const store::WebhookRecord& webhook, std::string id,
                                   std::string_view type, TimePoint at, std::string_view data);

// Thread-safe. Whoever changes a webhook commits it first and tells the registry then.
class Registry final : public store::Outbox {
 public:
  // Called behind each commit of deliveries, on the thread that learned of it.
  using OnCommitted = std::function<void(const std::string& owner)>;
  void on_committed(OnCommitted call) { on_committed_ = std::move(call); }

  // Before anything is accepted.
  void load(std::vector<store::WebhookRecord> webhooks);
  void put(store::WebhookRecord webhook);
  void remove(const std::string& owner, const std::string& name);
  // Unless it has been replaced since `updated_at`.
  void disable(const std::string& owner, const std::string& name, TimePoint updated_at);

  std::optional<store::WebhookRecord> find(const std::string& owner, const std::string& name) const;
  std::vector<std::string> names(const std::string& owner) const;
  // (owner, name) of all.
  std::vector<std::pair<std::string, std::string>> all() const;

  bool add(const status::State& state, const std::vector<status::Event>& events,
           store::WriteBatch& batch) override;
  void committed(const std::string& owner) override;

 private:
  bool add_one(const status::State& state, const status::Event& event, std::string_view type,
               store::WriteBatch& batch);
  using Key = std::pair<std::string, std::string>;  // owner, name

  OnCommitted on_committed_;
  std::atomic<bool> empty_{true};  // most servers have none, and every event comes by
  mutable std::mutex mutex_;
  std::map<Key, store::WebhookRecord> webhooks_;
};

}  // namespace walrus::webhooks
