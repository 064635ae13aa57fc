// The tables `webhooks` and `deliveries`.
#pragma once

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace walrus::store::sqlite {

Result<void> apply(Connection& connection, const PutWebhook& put, TimePoint now);
Result<void> apply(Connection& connection, const DeleteWebhook& remove, TimePoint now);
Result<void> apply(Connection& connection, const DisableWebhook& disable, TimePoint now);
Result<void> apply(Connection& connection, const PutDelivery& put, TimePoint now);
Result<void> apply(Connection& connection, const UpdateDelivery& update, TimePoint now);

// Removes at most `limit` deliveries that ended long ago; how many.
Result<std::int64_t> remove_expired_deliveries(Connection& connection, TimePoint now, int limit);

Result<std::optional<WebhookRecord>> read_webhook(Connection& connection, const std::string& owner,
                                                  const std::string& name);
Result<std::vector<WebhookRecord>> read_webhooks(Connection& connection, const std::string& owner);
Result<std::vector<WebhookRecord>> read_all_webhooks(Connection& connection);
Result<Listing<DeliveryRecord>> read_deliveries(Connection& connection, const std::string& owner,
                                                const std::string& webhook, const Page& page,
                                                TimePoint now);
Result<std::optional<DeliveryRecord>> read_next_delivery(Connection& connection,
                                                         const std::string& owner,
                                                         const std::string& webhook);
Result<std::int64_t> count_pending_deliveries(Connection& connection);

}  // namespace walrus::store::sqlite
