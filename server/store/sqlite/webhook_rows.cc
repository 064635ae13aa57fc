#include "store/sqlite/webhook_rows.h"

#include "store/batch.h"
#include "store/sqlite/rows.h"

namespace walrus::store::sqlite {

namespace {

#define WEBHOOK_COLUMNS "owner, name, url, events, secret, enabled, created_at, updated_at"
#define DELIVERY_COLUMNS                                                         \
  "owner, webhook, id, operation_id, type, body, state, attempts, last_status, " \
  "last_error, created_at, updated_at, next_attempt_at"

// Names of events hold no comma.
std::string join(const std::vector<std::string>& events) {
  std::string joined;
  for (const std::string& event : events) joined += (joined.empty() ? "" : ",") + event;
  return joined;
}

std::vector<std::string> split(std::string_view joined) {
  std::vector<std::string> events;
  for (std::size_t begin = 0; begin < joined.size();) {
    std::size_t comma = std::min(joined.find(',', begin), joined.size());
    events.emplace_back(joined.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return events;
}

WebhookRecord read_webhook_record(Statement& row) {
  WebhookRecord record;
  record.owner = row.text();
  record.name = row.text();
  record.url = row.text();
  record.events = split(row.text());
  record.secret = row.text();
  record.enabled = row.flag();
  record.created_at = row.time();
  record.updated_at = row.time();
  return record;
}

DeliveryRecord read_delivery_record(Statement& row) {
  DeliveryRecord record;
  record.owner = row.text();
  record.webhook = row.text();
  record.id = row.text();
  record.operation_id = row.text();
  record.type = row.text();
  record.body = row.text();
  record.state = row.known(delivery_state_from_name(row.text()));
  record.attempts = row.small_integer();
  record.last_status = row.small_integer();
  record.last_error = row.text();
  record.created_at = row.time();
  record.updated_at = row.time();
  record.next_attempt_at = row.time();
  return record;
}

std::optional<TimePoint> expiry_of(const DeliveryRecord& record) {
  if (record.state == DeliveryState::kPending) return std::nullopt;
  return record.updated_at + kDeliveryLife;
}

}  // namespace

Result<void> apply(Connection& connection, const PutWebhook& put, TimePoint) {
  const WebhookRecord& record = put.record;
  return require_change(
      connection.run("INSERT INTO webhooks (" WEBHOOK_COLUMNS
                     ") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE "
                     "(SELECT count(*) FROM webhooks WHERE owner = ?1 AND name <> ?2) < ?9 "
                     "ON CONFLICT (owner, name) DO UPDATE SET url = excluded.url, events = "
                     "excluded.events, secret = excluded.secret, enabled = excluded.enabled, "
                     "created_at = excluded.created_at, updated_at = excluded.updated_at",
                     record.owner, record.name, record.url, join(record.events), record.secret,
                     record.enabled, record.created_at, record.updated_at, put.most),
      too_many_webhooks(put.most));
}

Result<void> apply(Connection& connection, const DeleteWebhook& remove, TimePoint) {
  auto removed = done(connection.run("DELETE FROM deliveries WHERE owner = ?1 AND webhook = ?2",
                                     remove.owner, remove.name));
  if (!removed) return removed;
  return done(connection.run("DELETE FROM webhooks WHERE owner = ?1 AND name = ?2", remove.owner,
                             remove.name));
}

Result<void> apply(Connection& connection, const DisableWebhook& disable, TimePoint now) {
  auto disabled = connection.run(
      "UPDATE webhooks SET enabled = 0 WHERE owner = ?1 AND name = ?2 AND updated_at = ?3",
      disable.owner, disable.name, disable.updated_at);
  if (!disabled) return std::unexpected(std::move(disabled.error()));
  if (*disabled == 0) return {};
  return done(connection.run(
      "UPDATE deliveries SET state = 'failed', last_error = ?3, updated_at = ?4, expires_at = ?5 "
      "WHERE owner = ?1 AND webhook = ?2 AND state = 'pending'",
      disable.owner, disable.name, disable.why, now, now + kDeliveryLife));
}

Result<void> apply(Connection& connection, const PutDelivery& put, TimePoint) {
  const DeliveryRecord& record = put.record;
  return done(connection.run(
      "INSERT INTO deliveries (" DELIVERY_COLUMNS
      ", expires_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 "
      "WHERE EXISTS (SELECT 1 FROM webhooks WHERE owner = ?1 AND name = ?2 AND enabled) "
      "ON CONFLICT DO NOTHING",
      record.owner, record.webhook, record.id, record.operation_id, record.type, record.body,
      name_of(record.state), record.attempts, record.last_status, record.last_error,
      record.created_at, record.updated_at, record.next_attempt_at, expiry_of(record)));
}

Result<void> apply(Connection& connection, const UpdateDelivery& update, TimePoint) {
  const DeliveryRecord& record = update.record;
  return done(connection.run(
      "UPDATE deliveries SET state = ?4, attempts = ?5, last_status = ?6, last_error = ?7, "
      "updated_at = ?8, next_attempt_at = ?9, expires_at = ?10 "
      "WHERE owner = ?1 AND webhook = ?2 AND id = ?3 AND state = 'pending'",
      record.owner, record.webhook, record.id, name_of(record.state), record.attempts,
      record.last_status, record.last_error, record.updated_at, record.next_attempt_at,
      expiry_of(record)));
}

Result<std::int64_t> remove_expired_deliveries(Connection& connection, TimePoint now, int limit) {
  return connection.run(
      "DELETE FROM deliveries WHERE rowid IN "
      "(SELECT rowid FROM deliveries WHERE expires_at <= ?1 LIMIT ?2)",
      now, limit);
}

Result<std::optional<WebhookRecord>> read_webhook(Connection& connection, const std::string& owner,
                                                  const std::string& name) {
  return read_one(
      connection.query("SELECT " WEBHOOK_COLUMNS " FROM webhooks WHERE owner = ?1 AND name = ?2",
                       owner, name),
      read_webhook_record);
}

Result<std::vector<WebhookRecord>> read_webhooks(Connection& connection, const std::string& owner) {
  return read_all(
      connection.query("SELECT " WEBHOOK_COLUMNS " FROM webhooks WHERE owner = ?1 ORDER BY name",
                       owner),
      read_webhook_record);
}

Result<std::vector<WebhookRecord>> read_all_webhooks(Connection& connection) {
  return read_all(connection.query("SELECT " WEBHOOK_COLUMNS " FROM webhooks ORDER BY owner, name"),
                  read_webhook_record);
}

Result<Listing<DeliveryRecord>> read_deliveries(Connection& connection, const std::string& owner,
                                                const std::string& webhook, const Page& page,
                                                TimePoint now) {
  auto position = decode_position(page.after);
  if (!position) return std::unexpected(std::move(position.error()));
  Position before = position->value_or(Position{TimePoint::max(), {}});
  auto rows =
      read_all(connection.query("SELECT " DELIVERY_COLUMNS
                                " FROM deliveries WHERE owner = ?1 AND webhook = ?2 AND "
                                "(created_at, id) < (?3, ?4) AND coalesce(expires_at > ?5, TRUE) "
                                "ORDER BY created_at DESC, id DESC LIMIT ?6",
                                owner, webhook, before.at, before.id, now, page.limit + 1),
               read_delivery_record);
  return page_of(std::move(rows), page.limit, [](const DeliveryRecord& last) {
    return encode_position({last.created_at, last.id});
  });
}

Result<std::optional<DeliveryRecord>> read_next_delivery(Connection& connection,
                                                         const std::string& owner,
                                                         const std::string& webhook) {
  return read_one(connection.query("SELECT " DELIVERY_COLUMNS
                                   " FROM deliveries WHERE owner = ?1 AND webhook = ?2 AND "
                                   "state = 'pending' ORDER BY next_attempt_at LIMIT 1",
                                   owner, webhook),
                  read_delivery_record);
}

Result<std::int64_t> count_pending_deliveries(Connection& connection) {
  return connection.number("SELECT count(*) FROM deliveries WHERE state = 'pending'");
}

}  // namespace walrus::store::sqlite
