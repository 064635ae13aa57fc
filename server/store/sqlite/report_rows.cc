#include "store/sqlite/report_rows.h"

#include "store/batch.h"
#include "store/sqlite/rows.h"

namespace walrus::store::sqlite {

Result<void> apply(Connection& connection, const PutReport& put, TimePoint) {
  auto operation = connection.query("SELECT 1 FROM operations WHERE id = ?1", put.operation_id);
  auto known = read_one(std::move(operation), [](Statement& row) { return row.integer(); });
  if (!known) return std::unexpected(std::move(known.error()));
  if (!*known) return operation_missing();
  return done(
      connection.run("INSERT INTO reports (operation_id, report_id, sequence) "
                     "VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                     put.operation_id, put.report_id, put.sequence));
}

Result<std::int64_t> remove_expired_reports(Connection& connection, TimePoint now, int limit) {
  return connection.run(
      "DELETE FROM reports WHERE (operation_id, report_id) IN (SELECT r.operation_id, r.report_id "
      "FROM operations o JOIN reports r ON r.operation_id = o.id WHERE o.events_expire_at <= ?1 "
      "LIMIT ?2)",
      now, limit);
}

Result<std::optional<std::uint64_t>> read_report(Connection& connection, const std::string& owner,
                                                 const std::string& operation_id,
                                                 const std::string& report_id, TimePoint now) {
  return read_one(
      connection.query("SELECT sequence FROM reports WHERE operation_id = ?1 AND report_id = ?2 "
                       "AND EXISTS (SELECT 1 FROM operations WHERE id = ?1 AND owner = ?3 AND "
                       "coalesce(events_expire_at > ?4, TRUE))",
                       operation_id, report_id, owner, now),
      [](Statement& row) { return row.unsigned_integer(); });
}

}  // namespace walrus::store::sqlite
