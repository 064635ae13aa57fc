#include "store/sqlite/operation_rows.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "store/batch.h"
#include "store/sqlite/document_rows.h"
#include "store/sqlite/rows.h"

namespace walrus::store::sqlite {

namespace {

#define OPERATION_COLUMNS                                                                         \
  "id, owner, kind, plan, document_id, conversation_id, user_id, created_at, attempt, sequence, " \
  "outcome, step, percent, message, started_at, updated_at, metadata, eta_seconds, error, "       \
  "reserved_through, resumptions, cancel_requested, input, checkpoint, content_bytes, "           \
  "earlier_starts"
#define EVENT_COLUMNS                                                                            \
  "sequence, attempt, at, type, outcome, step, percent, message, metadata, eta_seconds, error, " \
  "content"

using status::ExternalPlan;
using SharedPlan = std::shared_ptr<const ExternalPlan>;

std::optional<json::object> error_column(const std::optional<status::OperationError>& error,
                                         const ExternalPlan* plan) {
  if (!error) return std::nullopt;
  return error_to_json(*error, plan);
}

std::optional<status::OperationError> read_error(Statement& row, const ExternalPlan* plan) {
  json::object column = row.object();
  if (column.empty()) return std::nullopt;
  return row.known(std::optional(error_from_json(column, plan)));
}

std::optional<json::object> plan_column(const status::Operation& operation) {
  if (!operation.plan) return std::nullopt;
  return plan_to_json(*operation.plan);
}

// From the columns `kind` and `plan`.
SharedPlan read_plan(Statement& row, std::string kind) {
  json::object column = row.object();
  if (column.empty()) return nullptr;
  SharedPlan plan = plan_from_json(std::move(kind), column);
  return row.known(plan ? std::optional(plan) : std::nullopt);
}

json::object starts_column(const std::map<int, TimePoint>& starts) {
  json::object column;
  for (const auto& [attempt, at] : starts) {
    column[std::to_string(attempt)] = at.time_since_epoch().count();
  }
  return column;
}

std::map<int, TimePoint> read_starts(Statement& row) {
  std::map<int, TimePoint> starts;
  for (const auto& [attempt, at] : row.object()) {
    auto number = json::try_value_to<std::int64_t>(at);
    starts.emplace(std::atoi(attempt.data()), TimePoint(Duration(number ? *number : 0)));
  }
  return starts;
}

OperationRecord read_record(Statement& row) {
  OperationRecord record;
  status::State& state = record.state;
  state.operation.id = row.text();
  state.operation.owner = row.text();
  std::string kind = row.text();
  state.operation.plan = read_plan(row, kind);
  const ExternalPlan* plan = state.operation.plan.get();
  state.operation.kind = plan ? status::Kind::kExternal : row.known(status::kind_from_name(kind));
  state.operation.document_id = row.text();
  state.operation.conversation_id = row.text();
  state.operation.user_id = row.text();
  state.operation.created_at = row.time();
  state.attempt = row.small_integer();
  state.sequence = row.unsigned_integer();
  state.outcome = row.known(status::outcome_from_name(row.text()));
  state.step = row.known(status::step_from_name(plan, row.text()));
  state.percent = row.small_integer();
  state.message = row.text();
  state.started_at = row.time();
  state.updated_at = row.time();
  state.metadata = row.object();
  state.eta_seconds = row.optional_real();
  state.error = read_error(row, plan);
  record.reserved_through = row.unsigned_integer();
  record.resumptions = row.small_integer();
  record.cancel_requested = row.flag();
  record.input = row.object();
  record.checkpoint = row.object();
  state.content_bytes = row.unsigned_integer();
  state.earlier_starts = read_starts(row);
  return record;
}

status::Event read_event(Statement& row, const ExternalPlan* plan) {
  status::Event event;
  event.sequence = row.unsigned_integer();
  event.attempt = row.small_integer();
  event.at = row.time();
  event.type = row.known(status::event_type_from_name(row.text()));
  event.outcome = row.known(status::outcome_from_name(row.text()));
  event.step = row.known(status::step_from_name(plan, row.text()));
  event.percent = row.small_integer();
  event.message = row.text();
  event.metadata = row.object();
  event.eta_seconds = row.optional_real();
  event.error = read_error(row, plan);
  event.content = row.text();
  return event;
}

std::optional<TimePoint> events_expiry(const status::State& state) {
  if (state.outcome == status::Outcome::kProcessing) return std::nullopt;
  return state.updated_at + kEventLife;
}

// What a write to an operation has to know of it.
struct Stored {
  status::Outcome outcome;
  int attempt;
  bool cancel_requested;
  std::optional<std::int64_t> events_expire_at;
  SharedPlan plan;
};

Result<std::optional<Stored>> read_stored(Connection& connection, const std::string& id) {
  return read_one(connection.query("SELECT outcome, attempt, cancel_requested, events_expire_at, "
                                   "kind, plan FROM operations WHERE id = ?1",
                                   id),
                  [](Statement& row) {
                    auto outcome = row.known(status::outcome_from_name(row.text()));
                    int attempt = row.small_integer();
                    bool cancel_requested = row.flag();
                    auto events_expire_at = row.optional_integer();
                    std::string kind = row.text();
                    return Stored{outcome, attempt, cancel_requested, events_expire_at,
                                  read_plan(row, std::move(kind))};
                  });
}

// A log that has expired begins anew when the operation goes on: what was in it must not come back.
Result<void> forget_expired_log(Connection& connection, const std::string& id, const Stored& stored,
                                TimePoint now) {
  if (!stored.events_expire_at || *stored.events_expire_at > now.time_since_epoch().count()) {
    return {};
  }
  auto forgotten = done(connection.run("DELETE FROM events WHERE operation_id = ?1", id));
  if (!forgotten) return forgotten;
  return done(connection.run("UPDATE operations SET events_expire_at = NULL WHERE id = ?1", id));
}

Result<void> append_event(Connection& connection, const std::string& operation_id,
                          const ExternalPlan* plan, const status::Event& event) {
  return done(connection.run(
      "INSERT INTO events (operation_id, " EVENT_COLUMNS
      ") "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING",
      operation_id, event.sequence, event.attempt, event.at, status::name_of(event.type),
      status::name_of(event.outcome), status::name_of(plan, event.step), event.percent,
      event.message, event.metadata, event.eta_seconds, error_column(event.error, plan),
      event.content));
}

}  // namespace

Result<void> apply(Connection& connection, const PutOperation& put, TimePoint) {
  const status::State& state = put.record.state;
  const status::Operation& operation = state.operation;
  auto changes = connection.run(
      "INSERT INTO operations (" OPERATION_COLUMNS
      ", events_expire_at) VALUES (?1, ?2, ?3, ?4, "
      "?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, "
      "?24, ?25, ?26, ?27) ON CONFLICT DO NOTHING",
      operation.id, operation.owner, status::kind_name_of(operation), plan_column(operation),
      operation.document_id, operation.conversation_id, operation.user_id, operation.created_at,
      state.attempt, state.sequence, status::name_of(state.outcome),
      status::name_of(operation, state.step), state.percent, state.message, state.started_at,
      state.updated_at, state.metadata, state.eta_seconds,
      error_column(state.error, operation.plan.get()), put.record.reserved_through,
      put.record.resumptions, put.record.cancel_requested, put.record.input, put.record.checkpoint,
      state.content_bytes, starts_column(state.earlier_starts), events_expiry(state));
  auto inserted = require_change(std::move(changes), operation_exists());
  if (!inserted) return inserted;
  return mirror_state(connection, state);
}

Result<void> apply(Connection& connection, const UpdateState& update, TimePoint now) {
  const status::State& state = update.state;
  const std::string& id = state.operation.id;
  auto stored = read_stored(connection, id);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return operation_missing();
  bool new_attempt = state.attempt > (*stored)->attempt;
  if (update.unless_cancelled && (*stored)->cancel_requested && !new_attempt) {
    return operation_cancelled();
  }
  auto forgotten = forget_expired_log(connection, id, **stored, now);
  if (!forgotten) return forgotten;
  auto updated = done(connection.run(
      "UPDATE operations SET attempt = ?2, sequence = ?3, outcome = ?4, step = ?5, percent = ?6, "
      "message = ?7, content_bytes = ?8, updated_at = ?9, metadata = ?10, eta_seconds = ?11, "
      "error = ?12, reserved_through = max(reserved_through, ?13), events_expire_at = ?14, "
      "cancel_requested = CASE WHEN ?15 THEN 0 ELSE cancel_requested END, "
      "resumptions = CASE WHEN ?15 THEN 0 ELSE resumptions END WHERE id = ?1",
      id, state.attempt, state.sequence, status::name_of(state.outcome),
      status::name_of((*stored)->plan.get(), state.step), state.percent, state.message,
      state.content_bytes, state.updated_at, state.metadata, state.eta_seconds,
      error_column(state.error, (*stored)->plan.get()), update.reserved_through,
      events_expiry(state), new_attempt));
  if (!updated) return updated;
  if (new_attempt) {
    // Alone, since it is in an index.
    auto began = done(
        connection.run("UPDATE operations SET started_at = ?2, earlier_starts = ?3 WHERE id = ?1",
                       id, state.started_at, starts_column(state.earlier_starts)));
    if (!began) return began;
  }
  return mirror_state(connection, state);
}

Result<void> apply(Connection& connection, const AppendEvents& append, TimePoint now) {
  auto stored = read_stored(connection, append.operation_id);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return operation_missing();
  auto forgotten = forget_expired_log(connection, append.operation_id, **stored, now);
  if (!forgotten) return forgotten;
  for (const status::Event& event : append.events) {
    auto appended = append_event(connection, append.operation_id, (*stored)->plan.get(), event);
    if (!appended) return appended;
  }
  return {};
}

Result<void> apply(Connection& connection, const SetCheckpoint& set, TimePoint) {
  return require_change(
      connection.run("UPDATE operations SET checkpoint = ?2, resumptions = 0 WHERE id = ?1",
                     set.operation_id, set.checkpoint),
      operation_missing());
}

Result<void> apply(Connection& connection, const CountResumption& count, TimePoint) {
  return require_change(
      connection.run("UPDATE operations SET resumptions = resumptions + 1 WHERE id = ?1",
                     count.operation_id),
      operation_missing());
}

Result<void> apply(Connection& connection, const RequestCancel& request, TimePoint) {
  auto stored = read_stored(connection, request.operation_id);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return operation_missing();
  if ((*stored)->outcome != status::Outcome::kProcessing) return operation_ended();
  return done(connection.run("UPDATE operations SET cancel_requested = 1 WHERE id = ?1",
                             request.operation_id));
}

Result<void> apply(Connection& connection, const BeginAttempt& begin, TimePoint now) {
  auto stored = read_stored(connection, begin.state.operation.id);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return operation_missing();
  bool next = (*stored)->outcome == status::Outcome::kFailed &&
              begin.state.attempt == (*stored)->attempt + 1;
  if (!next) return operation_not_failed();
  return apply(connection, UpdateState{begin.state}, now);
}

Result<std::int64_t> remove_expired_events(Connection& connection, TimePoint now, int limit) {
  auto removed = connection.run(
      "DELETE FROM events WHERE (operation_id, sequence) IN (SELECT e.operation_id, e.sequence "
      "FROM operations o JOIN events e ON e.operation_id = o.id WHERE o.events_expire_at <= ?1 "
      "LIMIT ?2)",
      now, limit);
  if (!removed) return removed;
  auto forgotten = connection.run(
      "UPDATE operations SET events_expire_at = NULL WHERE id IN (SELECT id FROM operations o "
      "WHERE o.events_expire_at <= ?1 AND NOT EXISTS (SELECT 1 FROM events e WHERE "
      "e.operation_id = o.id) AND NOT EXISTS (SELECT 1 FROM reports r WHERE "
      "r.operation_id = o.id) LIMIT ?2)",
      now, limit);
  if (!forgotten) return forgotten;
  return removed;
}

Result<std::optional<OperationRecord>> read_operation(Connection& connection,
                                                      const std::string& owner,
                                                      const std::string& id) {
  return read_one(
      connection.query("SELECT " OPERATION_COLUMNS " FROM operations WHERE id = ?1 AND owner = ?2",
                       id, owner),
      read_record);
}

Result<Listing<OperationRecord>> read_operations(Connection& connection, const std::string& owner,
                                                 std::string kind,
                                                 std::optional<status::Outcome> outcome,
                                                 const Page& page) {
  auto position = decode_position(page.after);
  if (!position) return std::unexpected(std::move(position.error()));
  Position before = position->value_or(Position{TimePoint::max(), {}});
  std::string_view outcome_name = outcome ? status::name_of(*outcome) : "";
  // The planner takes the index of what is open only where that is spelled out.
  bool open = outcome == status::Outcome::kProcessing;
  auto rows = read_all(
      open ? connection.query("SELECT " OPERATION_COLUMNS
                              " FROM operations WHERE owner = ?1 AND outcome = 'processing' AND "
                              "(created_at, id) < (?2, ?3) AND ?4 IN ('', kind) "
                              "ORDER BY created_at DESC, id DESC LIMIT ?5",
                              owner, before.at, before.id, kind, page.limit + 1)
           : connection.query("SELECT " OPERATION_COLUMNS
                              " FROM operations WHERE owner = ?1 AND (created_at, id) < (?2, ?3) "
                              "AND ?4 IN ('', kind) AND ?5 IN ('', outcome) "
                              "ORDER BY created_at DESC, id DESC LIMIT ?6",
                              owner, before.at, before.id, kind, outcome_name, page.limit + 1),
      read_record);
  return page_of(std::move(rows), page.limit, [](const OperationRecord& last) {
    const status::Operation& operation = last.state.operation;
    return encode_position({operation.created_at, operation.id});
  });
}

Result<Listing<OperationRecord>> read_operations_begun(Connection& connection,
                                                       const std::string& owner, TimePoint since,
                                                       const Page& page) {
  auto position = decode_position(page.after);
  if (!position) return std::unexpected(std::move(position.error()));
  Position before = position->value_or(Position{TimePoint::max(), {}});
  auto rows = read_all(
      connection.query("SELECT " OPERATION_COLUMNS
                       " FROM operations WHERE owner = ?1 AND started_at >= ?2 AND "
                       "(started_at, id) < (?3, ?4) ORDER BY started_at DESC, id DESC LIMIT ?5",
                       owner, since, before.at, before.id, page.limit + 1),
      read_record);
  return page_of(std::move(rows), page.limit, [](const OperationRecord& last) {
    return encode_position({last.state.started_at, last.state.operation.id});
  });
}

Result<std::vector<OperationRecord>> read_open_operations(Connection& connection) {
  return read_all(
      connection.query("SELECT " OPERATION_COLUMNS " FROM operations WHERE outcome = 'processing' "
                       "ORDER BY created_at, id"),
      read_record);
}

Result<std::vector<status::Event>> read_events(Connection& connection, const std::string& owner,
                                               const std::string& operation_id, std::uint64_t after,
                                               int limit, TimePoint now) {
  auto plan =
      read_one(connection.query("SELECT kind, plan FROM operations WHERE id = ?1 AND owner = ?2",
                                operation_id, owner),
               [](Statement& row) {
                 std::string kind = row.text();
                 return read_plan(row, std::move(kind));
               });
  if (!plan) return std::unexpected(std::move(plan.error()));
  if (!*plan) return std::vector<status::Event>();
  auto read = [&](Statement& row) { return read_event(row, (*plan)->get()); };
  // The columns are bound to the integers SQLite has.
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return read_all(
      connection.query("SELECT " EVENT_COLUMNS
                       " FROM events WHERE operation_id = ?1 AND sequence > ?2 AND EXISTS ("
                       "SELECT 1 FROM operations WHERE id = ?1 AND owner = ?3 AND "
                       "coalesce(events_expire_at > ?4, TRUE)) ORDER BY sequence LIMIT ?5",
                       operation_id, std::min(after, kMost), owner, now, limit),
      read);
}

}  // namespace walrus::store::sqlite
