#include "store/memory/memory_store.h"

#include <algorithm>

#include "store/cursor.h"
#include "store/keys.h"
#include "store/memory/newest_first.h"

namespace walrus::store {

namespace {

// The last `limit` values of the rows under `key`.
template <class Map, class Wanted>
auto newest_of(const Map& map, const std::string& key, int limit, Wanted wanted) {
  std::vector<typename Map::mapped_type> found;
  for (auto at = map.lower_bound({key, ""}); at != map.end() && at->first.first == key; ++at) {
    if (wanted(at->second)) found.push_back(at->second);
  }
  auto most = static_cast<std::size_t>(limit);
  if (found.size() > most) found.erase(found.begin(), found.end() - limit);
  return found;
}

}  // namespace

Result<void> MemoryStore::apply(const WriteBatch& batch, TimePoint now) {
  std::lock_guard lock(mutex_);
  memory::Changes changes;
  memory::Writing writing(tables_, changes, now);
  for (const Mutation& mutation : batch.mutations) {
    auto applied = std::visit(writing, mutation);
    if (applied) continue;
    changes.undo();
    return applied;
  }
  return {};
}

Task<Result<void>> MemoryStore::commit(WriteBatch batch) {
  auto submit = [this, &batch](Completion<Result<void>> completion) {
    completion(apply(batch, clock_.now()));
  };
  co_return co_await wait_for_callback<Result<void>>(submit);
}

Result<void> MemoryStore::health() const {
  return {};
}

Task<Result<std::optional<OperationRecord>>> MemoryStore::operation(std::string owner,
                                                                    std::string id) {
  std::lock_guard lock(mutex_);
  auto found = tables_.operations.find(id);
  if (found == tables_.operations.end()) co_return std::nullopt;
  const OperationRecord& record = found->second.record;
  if (record.state.operation.owner != owner) co_return std::nullopt;
  co_return record;
}

Task<Result<Listing<OperationRecord>>> MemoryStore::operations(
    std::string owner, std::string kind, std::optional<status::Outcome> outcome, Page page) {
  std::lock_guard lock(mutex_);
  std::vector<OperationRecord> records;
  for (const auto& [id, row] : tables_.operations) {
    const status::State& state = row.record.state;
    if (state.operation.owner != owner) continue;
    if (!kind.empty() && status::kind_name_of(state.operation) != kind) continue;
    if (outcome && state.outcome != *outcome) continue;
    records.push_back(row.record);
  }
  co_return memory::newest_first(std::move(records), page, [](const OperationRecord& record) {
    return Position{record.state.operation.created_at, record.state.operation.id};
  });
}

Task<Result<Listing<OperationRecord>>> MemoryStore::operations_begun(std::string owner,
                                                                     TimePoint since, Page page) {
  std::lock_guard lock(mutex_);
  std::vector<OperationRecord> records;
  for (const auto& [id, row] : tables_.operations) {
    const status::State& state = row.record.state;
    if (state.operation.owner == owner && state.started_at >= since) records.push_back(row.record);
  }
  co_return memory::newest_first(std::move(records), page, [](const OperationRecord& record) {
    return Position{record.state.started_at, record.state.operation.id};
  });
}

Task<Result<std::vector<OperationRecord>>> MemoryStore::open_operations() {
  std::lock_guard lock(mutex_);
  std::vector<OperationRecord> records;
  for (const auto& [id, row] : tables_.operations) {
    if (row.record.state.outcome == status::Outcome::kProcessing) records.push_back(row.record);
  }
  std::ranges::sort(records, {}, [](const OperationRecord& record) {
    return std::pair(record.state.operation.created_at, record.state.operation.id);
  });
  co_return records;
}

Task<Result<std::vector<status::Event>>> MemoryStore::events(std::string owner,
                                                             std::string operation_id,
                                                             std::uint64_t after, int limit) {
  std::lock_guard lock(mutex_);
  std::vector<status::Event> events;
  auto operation = tables_.operations.find(operation_id);
  if (operation == tables_.operations.end()) co_return events;
  const memory::OperationRow& row = operation->second;
  bool expired = row.events_expire_at && *row.events_expire_at <= clock_.now();
  if (expired || row.record.state.operation.owner != owner) co_return events;
  auto at = tables_.events.upper_bound({operation_id, after});
  while (at != tables_.events.end() && at->first.first == operation_id &&
         events.size() < static_cast<std::size_t>(limit)) {
    events.push_back(at->second);
    ++at;
  }
  co_return events;
}

Task<Result<std::optional<std::uint64_t>>> MemoryStore::report(std::string owner,
                                                               std::string operation_id,
                                                               std::string report_id) {
  std::lock_guard lock(mutex_);
  auto row = tables_.operations.find(operation_id);
  if (row == tables_.operations.end()) co_return std::nullopt;
  const auto& expiry = row->second.events_expire_at;
  bool expired = expiry && *expiry <= clock_.now();
  auto found = tables_.reports.find({operation_id, report_id});
  bool there = row->second.record.state.operation.owner == owner && !expired;
  if (!there || found == tables_.reports.end()) co_return std::nullopt;
  co_return found->second;
}

Task<Result<std::optional<DocumentRecord>>> MemoryStore::document(std::string owner,
                                                                  std::string id) {
  std::lock_guard lock(mutex_);
  auto found = tables_.documents.find(id);
  if (found == tables_.documents.end() || found->second.owner != owner) co_return std::nullopt;
  co_return found->second;
}

Task<Result<Listing<DocumentRecord>>> MemoryStore::documents(std::string owner, std::string type,
                                                             Page page) {
  std::lock_guard lock(mutex_);
  std::vector<DocumentRecord> records;
  for (const auto& [id, record] : tables_.documents) {
    if (record.owner == owner && (type.empty() || record.type == type)) records.push_back(record);
  }
  co_return memory::newest_first(std::move(records), page, [](const DocumentRecord& record) {
    return Position{record.created_at, record.id};
  });
}

Task<Result<std::vector<DocumentVersion>>> MemoryStore::document_versions() {
  std::lock_guard lock(mutex_);
  std::vector<DocumentVersion> versions;
  versions.reserve(tables_.documents.size());
  for (const auto& [id, record] : tables_.documents) {
    versions.push_back({record.owner, id, record.active_version, record.latest_version,
                        record.content_status, record.updated_at, record.embedder});
  }
  co_return versions;
}

Task<Result<std::optional<VersionKey>>> MemoryStore::version_with_windows(std::string owner,
                                                                          std::string windows_hash,
                                                                          std::string embedder) {
  std::lock_guard lock(mutex_);
  if (windows_hash.empty()) co_return std::nullopt;
  for (const auto& [id, hash] : tables_.windows_hashes) {
    const DocumentRecord& record = tables_.documents.at(id);
    bool wanted = hash == windows_hash && record.owner == owner && record.embedder == embedder &&
                  record.active_version > 0;
    if (wanted) co_return VersionKey{id, record.active_version};
  }
  co_return std::nullopt;
}

Task<Result<Listing<ChunkRecord>>> MemoryStore::chunks(std::string document_id, int version,
                                                       Page page) {
  auto after = decode_index(page.after);
  if (!after) co_return std::unexpected(std::move(after.error()));
  std::lock_guard lock(mutex_);
  Listing<ChunkRecord> listing;
  auto at = tables_.chunks.upper_bound({document_id, version, *after});
  for (; at != tables_.chunks.end(); ++at) {
    const ChunkRecord& chunk = at->second;
    if (chunk.document_id != document_id || chunk.version != version) break;
    if (listing.records.size() == static_cast<std::size_t>(page.limit)) {
      listing.next = encode_index(listing.records.back().index);
      break;
    }
    listing.records.push_back(chunk);
  }
  co_return listing;
}

Task<Result<std::optional<ChunkRecord>>> MemoryStore::chunk(std::string document_id, int version,
                                                            int index) {
  std::lock_guard lock(mutex_);
  auto found = tables_.chunks.find({document_id, version, index});
  if (found == tables_.chunks.end()) co_return std::nullopt;
  co_return found->second;
}

Task<Result<WindowsRecord>> MemoryStore::windows(std::string document_id, int version, int first,
                                                 int count) {
  std::lock_guard lock(mutex_);
  WindowsRecord windows{document_id, version, first, 0, {}};
  for (int index = first; index < first + count; ++index) {
    auto found = tables_.windows.find({document_id, version, index});
    if (found == tables_.windows.end()) break;
    windows.dimensions = static_cast<int>(found->second.size());
    windows.vectors.insert(windows.vectors.end(), found->second.begin(), found->second.end());
  }
  co_return windows;
}

Task<Result<int>> MemoryStore::window_count(std::string document_id, int version) {
  std::lock_guard lock(mutex_);
  int count = 0;
  while (tables_.windows.contains({document_id, version, count})) ++count;
  co_return count;
}

Task<Result<std::optional<ConversationRecord>>> MemoryStore::conversation(std::string owner,
                                                                          std::string id) {
  std::lock_guard lock(mutex_);
  auto found = tables_.conversations.find(conversation_key(owner, id));
  if (found == tables_.conversations.end() || found->second.owner != owner) co_return std::nullopt;
  co_return found->second;
}

Task<Result<Listing<ConversationRecord>>> MemoryStore::conversations(std::string owner,
                                                                     std::string user_id,
                                                                     Page page) {
  std::lock_guard lock(mutex_);
  std::vector<ConversationRecord> records;
  for (const auto& [key, record] : tables_.conversations) {
    if (record.owner != owner) continue;
    if (record.user_id.empty() || record.user_id == user_id) records.push_back(record);
  }
  co_return memory::newest_first(std::move(records), page, [](const ConversationRecord& record) {
    return Position{record.updated_at, conversation_key(record.owner, record.conversation_id)};
  });
}

Task<Result<std::int64_t>> MemoryStore::conversation_total(std::string owner, std::string user_id) {
  std::lock_guard lock(mutex_);
  co_return std::ranges::count_if(tables_.conversations, [&](const auto& row) {
    const ConversationRecord& record = row.second;
    return record.owner == owner && (record.user_id.empty() || record.user_id == user_id);
  });
}

Task<Result<std::vector<MessageRecord>>> MemoryStore::messages(std::string owner, std::string id,
                                                               int limit) {
  std::lock_guard lock(mutex_);
  auto own = [&](const MessageRecord& record) { return record.owner == owner; };
  co_return newest_of(tables_.messages, conversation_key(owner, id), limit, own);
}

Task<Result<std::vector<ChatStatusRecord>>> MemoryStore::chat_statuses(std::string owner,
                                                                       std::string id, int limit) {
  std::lock_guard lock(mutex_);
  auto alive = [&owner, now = clock_.now()](const ChatStatusRecord& record) {
    return record.owner == owner && !has_expired(unix_seconds(record.expires_at), now);
  };
  co_return newest_of(tables_.statuses, conversation_key(owner, id), limit, alive);
}

Task<Result<int>> MemoryStore::remove_expired(int limit) {
  std::lock_guard lock(mutex_);
  TimePoint now = clock_.now();
  int statuses = 0;
  std::erase_if(tables_.statuses, [&](const auto& row) {
    bool gone = statuses < limit && has_expired(unix_seconds(row.second.expires_at), now);
    statuses += gone;
    return gone;
  });
  int events = 0;
  std::erase_if(tables_.events, [&](const auto& row) {
    auto expiry = tables_.operations.at(row.first.first).events_expire_at;
    bool gone = events < limit && expiry && *expiry <= now;
    events += gone;
    return gone;
  });
  int reports = 0;
  std::erase_if(tables_.reports, [&](const auto& row) {
    auto expiry = tables_.operations.at(row.first.first).events_expire_at;
    bool gone = reports < limit && expiry && *expiry <= now;
    reports += gone;
    return gone;
  });
  int deliveries = 0;
  std::erase_if(tables_.deliveries, [&](const auto& row) {
    auto expiry = row.second.expires_at;
    bool gone = deliveries < limit && expiry && *expiry <= now;
    deliveries += gone;
    return gone;
  });
  int keys = 0;
  std::erase_if(tables_.idempotency_keys, [&](const auto& row) {
    bool gone = keys < limit && row.second.expires_at <= now;
    keys += gone;
    return gone;
  });
  co_return statuses + events + reports + deliveries + keys;
}

Task<Result<std::optional<IdempotencyRecord>>> MemoryStore::idempotency_key(std::string owner,
                                                                            std::string route,
                                                                            std::string key) {
  std::lock_guard lock(mutex_);
  auto found = tables_.idempotency_keys.find({owner, route, key});
  bool alive = found != tables_.idempotency_keys.end() && found->second.expires_at > clock_.now();
  if (!alive) co_return std::nullopt;
  co_return found->second;
}

Task<Result<std::vector<StepCostRecord>>> MemoryStore::step_costs() {
  std::lock_guard lock(mutex_);
  std::vector<StepCostRecord> records;
  records.reserve(tables_.step_costs.size());
  for (const auto& [key, record] : tables_.step_costs) records.push_back(record);
  co_return records;
}

}  // namespace walrus::store
