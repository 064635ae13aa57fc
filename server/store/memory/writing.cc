#include <algorithm>

#include "store/batch.h"
#include "store/keys.h"
#include "store/memory/tables.h"

namespace walrus::store::memory {

namespace {

std::optional<TimePoint> events_expiry(const status::State& state) {
  if (state.outcome == status::Outcome::kProcessing) return std::nullopt;
  return state.updated_at + kEventLife;
}

}  // namespace

std::optional<OperationRow> Writing::find_operation(const std::string& id) const {
  auto found = tables_.operations.find(id);
  if (found == tables_.operations.end()) return std::nullopt;
  return found->second;
}

void Writing::erase_events(const std::string& operation_id) {
  changes_.erase_while(tables_.events, {operation_id, 0},
                       [&](const auto& row) { return row.first.first == operation_id; });
}

void Writing::forget_expired_log(const std::string& id, OperationRow& row) {
  if (!row.events_expire_at || *row.events_expire_at > now_) return;
  erase_events(id);
  row.events_expire_at.reset();
  changes_.put(tables_.operations, id, row);
}

void Writing::erase_operations(const std::function<bool(const status::Operation&)>& matches) {
  std::vector<std::string> ids;
  for (const auto& [id, row] : tables_.operations) {
    if (matches(row.record.state.operation)) ids.push_back(id);
  }
  for (const std::string& id : ids) {
    erase_events(id);
    changes_.erase(tables_.operations, id);
  }
}

void Writing::mirror(const status::State& state) {
  auto found = tables_.documents.find(state.operation.document_id);
  if (found == tables_.documents.end() || found->second.operation_id != state.operation.id) return;
  DocumentRecord document = found->second;
  document.sequence = std::max(document.sequence, state.sequence);
  document.updated_at = state.updated_at;
  changes_.put(tables_.documents, document.id, document);
}

Result<void> Writing::operator()(const PutOperation& put) {
  const std::string& id = put.record.state.operation.id;
  if (tables_.operations.contains(id)) return operation_exists();
  changes_.put(tables_.operations, id, {put.record, events_expiry(put.record.state)});
  mirror(put.record.state);
  return {};
}

Result<void> Writing::operator()(const UpdateState& update) {
  const std::string& id = update.state.operation.id;
  auto row = find_operation(id);
  if (!row) return operation_missing();
  OperationRecord& record = row->record;
  bool new_attempt = update.state.attempt > record.state.attempt;
  if (update.unless_cancelled && record.cancel_requested && !new_attempt) {
    return operation_cancelled();
  }
  forget_expired_log(id, *row);
  status::Operation operation = record.state.operation;
  record.state = update.state;
  record.state.operation = std::move(operation);
  record.reserved_through = std::max(record.reserved_through, update.reserved_through);
  row->events_expire_at = events_expiry(update.state);
  if (new_attempt) {
    record.cancel_requested = false;
    record.resumptions = 0;
  }
  status::State state = record.state;
  changes_.put(tables_.operations, id, std::move(*row));
  mirror(state);
  return {};
}

Result<void> Writing::operator()(const BeginAttempt& begin) {
  auto row = find_operation(begin.state.operation.id);
  if (!row) return operation_missing();
  const status::State& stored = row->record.state;
  bool next =
      stored.outcome == status::Outcome::kFailed && begin.state.attempt == stored.attempt + 1;
  if (!next) return operation_not_failed();
  return (*this)(UpdateState{begin.state});
}

Result<void> Writing::operator()(const AppendEvents& append) {
  auto row = find_operation(append.operation_id);
  if (!row) return operation_missing();
  forget_expired_log(append.operation_id, *row);
  for (const status::Event& event : append.events) {
    std::pair key{append.operation_id, event.sequence};
    if (!tables_.events.contains(key)) changes_.put(tables_.events, key, event);
  }
  return {};
}

Result<void> Writing::operator()(const SetCheckpoint& set) {
  auto row = find_operation(set.operation_id);
  if (!row) return operation_missing();
  row->record.checkpoint = set.checkpoint;
  row->record.resumptions = 0;
  changes_.put(tables_.operations, set.operation_id, std::move(*row));
  return {};
}

Result<void> Writing::operator()(const CountResumption& count) {
  auto row = find_operation(count.operation_id);
  if (!row) return operation_missing();
  ++row->record.resumptions;
  changes_.put(tables_.operations, count.operation_id, std::move(*row));
  return {};
}

Result<void> Writing::operator()(const RequestCancel& request) {
  auto row = find_operation(request.operation_id);
  if (!row) return operation_missing();
  if (row->record.state.outcome != status::Outcome::kProcessing) return operation_ended();
  row->record.cancel_requested = true;
  changes_.put(tables_.operations, request.operation_id, std::move(*row));
  return {};
}

Result<void> Writing::operator()(const PutReport& put) {
  if (!tables_.operations.contains(put.operation_id)) return operation_missing();
  std::pair key{put.operation_id, put.report_id};
  if (!tables_.reports.contains(key)) changes_.put(tables_.reports, key, put.sequence);
  return {};
}

Result<void> Writing::operator()(const PutDocument& put) {
  DocumentRecord record = put.record;
  auto found = tables_.documents.find(record.id);
  if (found != tables_.documents.end()) {
    if (put.only_if_absent || found->second.owner != record.owner) return document_exists();
    record.sequence = std::max(record.sequence, found->second.sequence);
  }
  if (auto row = find_operation(record.operation_id)) {
    record.sequence = std::max(record.sequence, row->record.state.sequence);
  }
  changes_.put(tables_.documents, put.record.id, std::move(record));
  return {};
}

Result<void> Writing::operator()(const SetWindowsHash& set) {
  if (!tables_.documents.contains(set.document_id)) return document_missing();
  changes_.put(tables_.windows_hashes, set.document_id, set.windows_hash);
  return {};
}

Result<void> Writing::operator()(const DeleteDocument& remove) {
  const std::string& id = remove.document_id;
  auto found = tables_.documents.find(id);
  if (found == tables_.documents.end() || found->second.owner != remove.owner) return {};
  changes_.erase(tables_.documents, id);
  changes_.erase(tables_.windows_hashes, id);
  auto of_document = [&](const auto& row) { return std::get<0>(row.first) == id; };
  changes_.erase_while(tables_.chunks, {id, 0, 0}, of_document);
  changes_.erase_while(tables_.windows, {id, 0, 0}, of_document);
  changes_.erase_while(tables_.pages, {id, 0, 0}, of_document);
  changes_.erase_while(tables_.page_texts, {id, 0, 0}, of_document);
  erase_operations([&](const status::Operation& operation) { return operation.document_id == id; });
  return {};
}

Result<void> Writing::operator()(const PutChunks& put) {
  for (const ChunkRecord& chunk : put.chunks) {
    if (!tables_.documents.contains(chunk.document_id)) return document_missing();
    changes_.put(tables_.chunks, {chunk.document_id, chunk.version, chunk.index}, chunk);
  }
  return {};
}

Result<void> Writing::operator()(const PutWindows& put) {
  const WindowsRecord& windows = put.windows;
  if (!tables_.documents.contains(windows.document_id)) return document_missing();
  if (windows.dimensions <= 0) return {};
  auto size = static_cast<std::ptrdiff_t>(windows.dimensions);
  auto at = windows.vectors.begin();
  for (int index = windows.first; windows.vectors.end() - at >= size; ++index, at += size) {
    changes_.put(tables_.windows, {windows.document_id, windows.version, index},
                 std::vector<float>(at, at + size));
  }
  return {};
}

Result<void> Writing::operator()(const DeleteVersion& remove) {
  auto of_version = [&](const auto& row) {
    return std::get<0>(row.first) == remove.document_id && std::get<1>(row.first) == remove.version;
  };
  changes_.erase_while(tables_.chunks, {remove.document_id, remove.version, 0}, of_version);
  changes_.erase_while(tables_.windows, {remove.document_id, remove.version, 0}, of_version);
  return {};
}

Result<void> Writing::operator()(const DeleteChunks& remove) {
  auto of_version = [&](const auto& row) {
    return std::get<0>(row.first) == remove.document_id && std::get<1>(row.first) == remove.version;
  };
  changes_.erase_while(tables_.chunks, {remove.document_id, remove.version, 0}, of_version);
  return {};
}

Result<void> Writing::operator()(const PutConversation& put) {
  ConversationRecord record = put.record;
  std::string key = conversation_key(record.owner, record.conversation_id);
  auto found = tables_.conversations.find(key);
  bool exists = found != tables_.conversations.end();
  if (exists && !found->second.user_id.empty() && found->second.user_id != record.user_id) {
    return conversation_of_another_user();
  }
  if (put.if_operation) {
    bool expected = put.if_operation->empty()
                        ? !exists
                        : exists && found->second.operation_id == *put.if_operation;
    if (!expected) return conversation_busy();
  }
  if (exists) record.user_id = found->second.user_id;
  changes_.put(tables_.conversations, key, std::move(record));
  return {};
}

Result<void> Writing::operator()(const PutMessage& put) {
  const MessageRecord& record = put.record;
  changes_.put(tables_.messages,
               {conversation_key(record.owner, record.conversation_id), message_key(record.number)},
               record);
  return {};
}

Result<void> Writing::operator()(const PutChatStatus& put) {
  ChatStatusRecord record = put.record;
  std::string key = conversation_key(record.owner, record.conversation_id);
  auto end = tables_.statuses.upper_bound({key, std::string(kStatusEnd)});
  std::optional<StatusPlace> behind;
  if (end != tables_.statuses.begin() && std::prev(end)->first.first == key) {
    const auto& [newest_key, newest] = *std::prev(end);
    behind = parse_status_key(newest_key.second);
    bool repeated = newest.operation_id == record.operation_id && behind->sequence >= put.sequence;
    if (repeated) return {};
  }
  record.turn_id = status_key({next_status_time(record.created_at, behind), put.sequence});
  record.expires_at = std::chrono::floor<std::chrono::seconds>(record.expires_at);
  std::pair place{key, record.turn_id};
  changes_.put(tables_.statuses, place, std::move(record));
  return {};
}

Result<void> Writing::operator()(const DeleteConversation& remove) {
  std::string key = conversation_key(remove.owner, remove.conversation_id);
  changes_.erase(tables_.conversations, key);
  auto of_conversation = [&](const auto& row) { return row.first.first == key; };
  changes_.erase_while(tables_.messages, {key, ""}, of_conversation);
  changes_.erase_while(tables_.statuses, {key, ""}, of_conversation);
  if (remove.conversation_id.empty()) return {};
  erase_operations([&](const status::Operation& operation) {
    return operation.conversation_id == remove.conversation_id && operation.owner == remove.owner;
  });
  return {};
}

Result<void> Writing::operator()(const PutIdempotencyKey& put) {
  const IdempotencyRecord& record = put.record;
  std::tuple key{record.owner, record.route, record.key};
  auto found = tables_.idempotency_keys.find(key);
  bool alive = found != tables_.idempotency_keys.end() && found->second.expires_at > now_;
  if (alive) return idempotency_key_taken();
  changes_.put(tables_.idempotency_keys, key, record);
  return {};
}

Result<void> Writing::operator()(const PutStepCosts& put) {
  for (const StepCostRecord& record : put.costs) {
    changes_.put(tables_.step_costs, {record.kind, record.variety, record.step}, record);
  }
  return {};
}

}  // namespace walrus::store::memory
