#include "store/sqlite/idempotency_rows.h"

#include "store/batch.h"
#include "store/sqlite/rows.h"

namespace walrus::store::sqlite {

Result<void> apply(Connection& connection, const PutIdempotencyKey& put, TimePoint now) {
  const IdempotencyRecord& record = put.record;
  auto changes = connection.run(
      "INSERT INTO idempotency_keys (owner, route, key, request_hash, http_status, body, location, "
      "operation_id, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE "
      "SET request_hash = ?4, http_status = ?5, body = ?6, location = ?7, operation_id = ?8, "
      "expires_at = ?9 WHERE expires_at <= ?10",
      record.owner, record.route, record.key, record.request_hash, record.http_status, record.body,
      record.location, record.operation_id, record.expires_at, now);
  return require_change(std::move(changes), idempotency_key_taken());
}

Result<std::int64_t> remove_expired_keys(Connection& connection, TimePoint now, int limit) {
  return connection.run(
      "DELETE FROM idempotency_keys WHERE (owner, route, key) IN (SELECT owner, route, key FROM "
      "idempotency_keys WHERE expires_at <= ?1 LIMIT ?2)",
      now, limit);
}

Result<std::optional<IdempotencyRecord>> read_idempotency_key(Connection& connection,
                                                              const std::string& owner,
                                                              const std::string& route,
                                                              const std::string& key,
                                                              TimePoint now) {
  return read_one(
      connection.query("SELECT owner, route, key, request_hash, http_status, body, location, "
                       "operation_id, expires_at FROM idempotency_keys WHERE owner = ?1 AND "
                       "route = ?2 AND key = ?3 AND expires_at > ?4",
                       owner, route, key, now),
      [](Statement& row) {
        IdempotencyRecord record;
        record.owner = row.text();
        record.route = row.text();
        record.key = row.text();
        record.request_hash = row.text();
        record.http_status = row.small_integer();
        record.body = row.text();
        record.location = row.text();
        record.operation_id = row.text();
        record.expires_at = row.time();
        return record;
      });
}

}  // namespace walrus::store::sqlite
