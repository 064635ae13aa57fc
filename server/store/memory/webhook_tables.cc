#include <algorithm>

#include "store/batch.h"
#include "store/memory/memory_store.h"
#include "store/memory/newest_first.h"

namespace walrus::store {

namespace memory {

namespace {

std::optional<TimePoint> expiry_of(const DeliveryRecord& record) {
  if (record.state == DeliveryState::kPending) return std::nullopt;
  return record.updated_at + kDeliveryLife;
}

bool is_of(const auto& row, const std::string& owner, const std::string& webhook) {
  return std::get<0>(row.first) == owner && std::get<1>(row.first) == webhook;
}

}  // namespace

Result<void> Writing::operator()(const PutWebhook& put) {
  std::pair key{put.record.owner, put.record.name};
  auto own = [&](const auto& row) { return row.first.first == key.first; };
  bool is_new = !tables_.webhooks.contains(key);
  if (is_new && std::ranges::count_if(tables_.webhooks, own) >= put.most) {
    return too_many_webhooks(put.most);
  }
  changes_.put(tables_.webhooks, key, put.record);
  return {};
}

Result<void> Writing::operator()(const DeleteWebhook& remove) {
  changes_.erase(tables_.webhooks, {remove.owner, remove.name});
  changes_.erase_while(tables_.deliveries, {remove.owner, remove.name, ""},
                       [&](const auto& row) { return is_of(row, remove.owner, remove.name); });
  return {};
}

Result<void> Writing::operator()(const DisableWebhook& disable) {
  std::pair key{disable.owner, disable.name};
  auto found = tables_.webhooks.find(key);
  if (found == tables_.webhooks.end() || found->second.updated_at != disable.updated_at) return {};
  WebhookRecord webhook = found->second;
  webhook.enabled = false;
  changes_.put(tables_.webhooks, key, std::move(webhook));
  auto at = tables_.deliveries.lower_bound({disable.owner, disable.name, ""});
  for (; at != tables_.deliveries.end() && is_of(*at, disable.owner, disable.name); ++at) {
    DeliveryRow row = at->second;
    if (row.record.state != DeliveryState::kPending) continue;
    row.record.state = DeliveryState::kFailed;
    row.record.last_error = disable.why;
    row.record.updated_at = now_;
    row.expires_at = expiry_of(row.record);
    changes_.put(tables_.deliveries, at->first, std::move(row));
  }
  return {};
}

Result<void> Writing::operator()(const PutDelivery& put) {
  const DeliveryRecord& record = put.record;
  auto webhook = tables_.webhooks.find({record.owner, record.webhook});
  if (webhook == tables_.webhooks.end() || !webhook->second.enabled) return {};
  std::tuple key{record.owner, record.webhook, record.id};
  if (tables_.deliveries.contains(key)) return {};
  changes_.put(tables_.deliveries, key, {record, expiry_of(record)});
  return {};
}

Result<void> Writing::operator()(const UpdateDelivery& update) {
  const DeliveryRecord& record = update.record;
  auto found = tables_.deliveries.find({record.owner, record.webhook, record.id});
  if (found == tables_.deliveries.end()) return {};
  DeliveryRow row = found->second;
  if (row.record.state != DeliveryState::kPending) return {};
  row.record.state = record.state;
  row.record.attempts = record.attempts;
  row.record.last_status = record.last_status;
  row.record.last_error = record.last_error;
  row.record.updated_at = record.updated_at;
  row.record.next_attempt_at = record.next_attempt_at;
  row.expires_at = expiry_of(record);
  changes_.put(tables_.deliveries, found->first, std::move(row));
  return {};
}

}  // namespace memory

Task<Result<std::optional<WebhookRecord>>> MemoryStore::webhook(std::string owner,
                                                                std::string name) {
  std::lock_guard lock(mutex_);
  auto found = tables_.webhooks.find({owner, name});
  if (found == tables_.webhooks.end()) co_return std::nullopt;
  co_return found->second;
}

Task<Result<std::vector<WebhookRecord>>> MemoryStore::webhooks(std::string owner) {
  std::lock_guard lock(mutex_);
  std::vector<WebhookRecord> records;
  for (const auto& [key, record] : tables_.webhooks) {
    if (key.first == owner) records.push_back(record);
  }
  co_return records;
}

Task<Result<std::vector<WebhookRecord>>> MemoryStore::all_webhooks() {
  std::lock_guard lock(mutex_);
  std::vector<WebhookRecord> records;
  records.reserve(tables_.webhooks.size());
  for (const auto& [key, record] : tables_.webhooks) records.push_back(record);
  co_return records;
}

Task<Result<Listing<DeliveryRecord>>> MemoryStore::deliveries(std::string owner,
                                                              std::string webhook, Page page) {
  std::lock_guard lock(mutex_);
  std::vector<DeliveryRecord> records;
  for (const auto& [key, row] : tables_.deliveries) {
    bool expired = row.expires_at && *row.expires_at <= clock_.now();
    if (row.record.owner == owner && row.record.webhook == webhook && !expired) {
      records.push_back(row.record);
    }
  }
  co_return memory::newest_first(std::move(records), page, [](const DeliveryRecord& record) {
    return Position{record.created_at, record.id};
  });
}

Task<Result<std::optional<DeliveryRecord>>> MemoryStore::next_delivery(std::string owner,
                                                                       std::string webhook) {
  std::lock_guard lock(mutex_);
  std::optional<DeliveryRecord> next;
  for (const auto& [key, row] : tables_.deliveries) {
    const DeliveryRecord& record = row.record;
    if (record.owner != owner || record.webhook != webhook) continue;
    if (record.state != DeliveryState::kPending) continue;
    if (!next || record.next_attempt_at < next->next_attempt_at) next = record;
  }
  co_return next;
}

Task<Result<std::int64_t>> MemoryStore::pending_deliveries() {
  std::lock_guard lock(mutex_);
  co_return std::ranges::count_if(tables_.deliveries, [](const auto& row) {
    return row.second.record.state == DeliveryState::kPending;
  });
}

}  // namespace walrus::store
