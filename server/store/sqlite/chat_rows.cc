#include "store/sqlite/chat_rows.h"

#include <algorithm>

#include "base/time_format.h"
#include "store/batch.h"
#include "store/keys.h"
#include "store/sqlite/rows.h"

namespace walrus::store::sqlite {

namespace {

#define CONVERSATION_COLUMNS                                                                \
  "conversation_id, owner, user_id, title, created_at, updated_at, message_count, status, " \
  "operation_id"
#define MESSAGE_COLUMNS "turn_id, role, message, created_at, model_id, latency_ms, operation_id"
#define STATUS_COLUMNS "operation_id, turn_id, status, step, message, created_at, metadata, ttl"

ConversationRecord read_record(Statement& row) {
  ConversationRecord record;
  std::string key = row.text();
  record.owner = row.text();
  record.conversation_id = conversation_id_of(key, record.owner);
  record.user_id = row.text();
  record.title = row.text();
  record.created_at = row.known(parse_iso(row.text()));
  record.updated_at = row.known(parse_iso(row.text()));
  record.message_count = row.integer();
  record.status = row.text();
  record.operation_id = row.text();
  return record;
}

// The stored user and operation of a conversation.
struct Holder {
  std::string user_id;
  std::string operation_id;
};

Result<std::optional<Holder>> read_holder(Connection& connection, const std::string& key) {
  return read_one(connection.query("SELECT user_id, operation_id FROM chat WHERE "
                                   "conversation_id = ?1 AND turn_id = ?2",
                                   key, kConversationRow),
                  [](Statement& row) {
                    std::string user_id = row.text();
                    return Holder{std::move(user_id), row.text()};
                  });
}

// The newest status of a conversation, expired or not.
struct NewestStatus {
  std::string operation_id;
  StatusPlace place;
};

Result<std::optional<NewestStatus>> read_newest_status(Connection& connection,
                                                       const std::string& key) {
  return read_one(connection.query("SELECT operation_id, turn_id FROM chat WHERE "
                                   "conversation_id = ?1 AND turn_id >= ?2 AND turn_id < ?3 "
                                   "ORDER BY turn_id DESC LIMIT 1",
                                   key, kStatusPrefix, kStatusEnd),
                  [](Statement& row) {
                    std::string operation_id = row.text();
                    return NewestStatus{std::move(operation_id),
                                        row.known(parse_status_key(row.text()))};
                  });
}

Result<void> may_put(const PutConversation& put, const std::optional<Holder>& holder) {
  if (holder && !holder->user_id.empty() && holder->user_id != put.record.user_id) {
    return conversation_of_another_user();
  }
  if (!put.if_operation) return {};
  if (!holder && put.if_operation->empty()) return {};
  bool expected = holder && !put.if_operation->empty();
  if (!expected || holder->operation_id != *put.if_operation) return conversation_busy();
  return {};
}

}  // namespace

Result<void> apply(Connection& connection, const PutConversation& put, TimePoint) {
  const ConversationRecord& record = put.record;
  std::string key = conversation_key(record.owner, record.conversation_id);
  auto holder = read_holder(connection, key);
  if (!holder) return std::unexpected(std::move(holder.error()));
  auto allowed = may_put(put, *holder);
  if (!allowed) return allowed;
  const std::string& user_id = *holder ? (*holder)->user_id : record.user_id;
  return done(
      connection.run("INSERT INTO chat (" CONVERSATION_COLUMNS ", turn_id, item_type, timestamp) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'conversation', ?11) "
                     "ON CONFLICT DO UPDATE SET title = ?4, created_at = ?5, updated_at = ?6, "
                     "message_count = ?7, status = ?8, operation_id = ?9, timestamp = ?11",
                     key, record.owner, user_id, record.title, iso_micros(record.created_at),
                     iso_micros(record.updated_at), record.message_count, record.status,
                     record.operation_id, kConversationRow, unix_seconds(record.updated_at)));
}

Result<void> apply(Connection& connection, const PutMessage& put, TimePoint) {
  const MessageRecord& record = put.record;
  return done(connection.run("INSERT OR REPLACE INTO chat (" MESSAGE_COLUMNS
                             ", conversation_id, owner, item_type, timestamp) "
                             "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'message', ?10)",
                             message_key(record.number), record.role, record.text,
                             iso_micros(record.created_at), record.model_id, record.latency_ms,
                             record.operation_id,
                             conversation_key(record.owner, record.conversation_id), record.owner,
                             unix_seconds(record.created_at)));
}

Result<void> apply(Connection& connection, const PutChatStatus& put, TimePoint) {
  const ChatStatusRecord& record = put.record;
  std::string key = conversation_key(record.owner, record.conversation_id);
  auto newest = read_newest_status(connection, key);
  if (!newest) return std::unexpected(std::move(newest.error()));
  std::optional<StatusPlace> behind;
  if (*newest) {
    behind = (*newest)->place;
    bool repeated =
        (*newest)->operation_id == record.operation_id && behind->sequence >= put.sequence;
    if (repeated) return {};
  }
  StatusPlace place{next_status_time(record.created_at, behind), put.sequence};
  return done(connection.run(
      "INSERT INTO chat (" STATUS_COLUMNS
      ", conversation_id, owner, item_type, timestamp) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'status', ?11)",
      record.operation_id, status_key(place), status::name_of(record.status),
      status::name_of(record.step), record.message, iso_micros(record.created_at), record.metadata,
      unix_seconds(record.expires_at), key, record.owner, unix_seconds(record.created_at)));
}

Result<void> apply(Connection& connection, const DeleteConversation& remove, TimePoint) {
  std::string key = conversation_key(remove.owner, remove.conversation_id);
  auto rows = done(connection.run("DELETE FROM chat WHERE conversation_id = ?1 AND owner = ?2", key,
                                  remove.owner));
  if (!rows || remove.conversation_id.empty()) return rows;
  for (std::string_view sql :
       {"DELETE FROM events WHERE operation_id IN (SELECT id FROM operations WHERE "
        "conversation_id = ?1 AND owner = ?2 AND conversation_id <> '')",
        "DELETE FROM operations WHERE conversation_id = ?1 AND owner = ?2 AND "
        "conversation_id <> ''"}) {
    auto gone = done(connection.run(sql, remove.conversation_id, remove.owner));
    if (!gone) return gone;
  }
  return {};
}

Result<std::int64_t> remove_expired_chat(Connection& connection, TimePoint now, int limit) {
  return connection.run(
      "DELETE FROM chat WHERE (conversation_id, turn_id) IN ("
      "SELECT conversation_id, turn_id FROM chat WHERE ttl <= ?1 LIMIT ?2)",
      unix_seconds(now), limit);
}

Result<std::optional<ConversationRecord>> read_conversation(Connection& connection,
                                                            const std::string& owner,
                                                            const std::string& id) {
  return read_one(
      connection.query("SELECT " CONVERSATION_COLUMNS
                       " FROM chat WHERE conversation_id = ?1 AND turn_id = ?2 AND owner = ?3",
                       conversation_key(owner, id), kConversationRow, owner),
      read_record);
}

Result<Listing<ConversationRecord>> read_conversations(Connection& connection,
                                                       const std::string& owner,
                                                       const std::string& user_id,
                                                       const Page& page) {
  auto position = decode_position(page.after);
  if (!position) return std::unexpected(std::move(position.error()));
  std::string before = *position ? iso_micros((*position)->at) : "~";
  std::string before_key = *position ? (*position)->id : "";
  // Two walks along the index, merged: an IN would sort all of the user's conversations.
  auto rows = read_all(
      connection.query(
          "SELECT * FROM (SELECT " CONVERSATION_COLUMNS
          " FROM chat WHERE item_type = 'conversation' AND owner = ?1 AND user_id = ?2 AND "
          "(updated_at, conversation_id) < (?3, ?4) "
          "ORDER BY updated_at DESC, conversation_id DESC LIMIT ?5) "
          "UNION ALL SELECT * FROM (SELECT " CONVERSATION_COLUMNS
          " FROM chat WHERE item_type = 'conversation' AND owner = ?1 AND user_id = '' AND "
          "?2 <> '' AND (updated_at, conversation_id) < (?3, ?4) "
          "ORDER BY updated_at DESC, conversation_id DESC LIMIT ?5) "
          "ORDER BY updated_at DESC, conversation_id DESC LIMIT ?5",
          owner, user_id, before, before_key, page.limit + 1),
      read_record);
  return page_of(std::move(rows), page.limit, [](const ConversationRecord& last) {
    return encode_position({last.updated_at, conversation_key(last.owner, last.conversation_id)});
  });
}

Result<std::int64_t> count_conversations(Connection& connection, const std::string& owner,
                                         const std::string& user_id) {
  auto count = read_one(connection.query("SELECT count(*) FROM chat WHERE "
                                         "item_type = 'conversation' AND owner = ?1 AND "
                                         "user_id IN (?2, '')",
                                         owner, user_id),
                        [](Statement& row) { return row.integer(); });
  if (!count) return std::unexpected(std::move(count.error()));
  return count->value_or(0);
}

Result<std::vector<MessageRecord>> read_messages(Connection& connection, const std::string& owner,
                                                 const std::string& id, int limit) {
  auto read = [&](Statement& row) {
    MessageRecord record;
    record.owner = owner;
    record.conversation_id = id;
    std::string key = row.text();
    record.number = row.known(message_number(key));
    record.role = row.text();
    record.text = row.text();
    record.created_at = row.known(parse_iso(row.text()));
    record.model_id = row.text();
    record.latency_ms = row.optional_integer();
    record.operation_id = row.text();
    return record;
  };
  auto rows = read_all(
      connection.query("SELECT " MESSAGE_COLUMNS
                       " FROM chat WHERE conversation_id = ?1 AND turn_id >= ?2 "
                       "AND turn_id < ?3 AND owner = ?4 ORDER BY turn_id DESC LIMIT ?5",
                       conversation_key(owner, id), kMessagePrefix, kMessageEnd, owner, limit),
      read);
  if (rows) std::ranges::reverse(*rows);
  return rows;
}

Result<std::vector<ChatStatusRecord>> read_chat_statuses(Connection& connection,
                                                         const std::string& owner,
                                                         const std::string& id, int limit,
                                                         TimePoint now) {
  auto read = [&](Statement& row) {
    ChatStatusRecord record;
    record.owner = owner;
    record.conversation_id = id;
    record.operation_id = row.text();
    record.turn_id = row.text();
    record.status = row.known(status::outcome_from_name(row.text()));
    record.step = row.known(status::step_from_name(row.text()));
    record.message = row.text();
    record.created_at = row.known(parse_iso(row.text()));
    record.metadata = row.object();
    record.expires_at = TimePoint(std::chrono::seconds(row.integer()));
    return record;
  };
  auto rows = read_all(connection.query("SELECT " STATUS_COLUMNS
                                        " FROM chat WHERE conversation_id = ?1 AND turn_id >= ?2 "
                                        "AND turn_id < ?3 AND owner = ?4 AND ttl > ?5 "
                                        "ORDER BY turn_id DESC LIMIT ?6",
                                        conversation_key(owner, id), kStatusPrefix, kStatusEnd,
                                        owner, unix_seconds(now), limit),
                       read);
  if (rows) std::ranges::reverse(*rows);
  return rows;
}

}  // namespace walrus::store::sqlite
