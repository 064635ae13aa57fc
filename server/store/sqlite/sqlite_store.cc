#include "store/sqlite/sqlite_store.h"

#include "store/sqlite/chat_rows.h"
#include "store/sqlite/cost_rows.h"
#include "store/sqlite/document_rows.h"
#include "store/sqlite/equal_windows.h"
#include "store/sqlite/idempotency_rows.h"
#include "store/sqlite/operation_rows.h"
#include "store/sqlite/page_rows.h"
#include "store/sqlite/report_rows.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/webhook_rows.h"

namespace walrus::store {

using sqlite::Connection;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(std::filesystem::path file,
                                                       const Clock& clock, const Log& log,
                                                       Metrics& metrics, sqlite::Options options) {
  auto connection = sqlite::open_writing(file.string(), options);
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto migrated = sqlite::migrate(*connection, sqlite::migrations());
  if (!migrated) return std::unexpected(std::move(migrated.error()));
  return std::unique_ptr<SqliteStore>(new SqliteStore(file.string(), std::move(options),
                                                      std::move(*connection), clock, log, metrics));
}

SqliteStore::SqliteStore(std::string file, sqlite::Options options, Connection connection,
                         const Clock& clock, const Log& log, Metrics& metrics)
    : clock_(clock),
      readers_(file, options.vfs, metrics),
      writer_(file, options, std::move(connection), log, metrics) {}

Task<Result<void>> SqliteStore::commit(WriteBatch batch) {
  auto submit = [this, &batch](Completion<Result<void>> completion) {
    auto answer = [completion = std::move(completion)](Result<int> result) mutable {
      if (!result) return completion(std::unexpected(std::move(result.error())));
      completion({});
    };
    writer_.submit({std::move(batch), clock_.now(), std::move(answer)});
  };
  co_return co_await wait_for_callback<Result<void>>(submit);
}

Task<Result<int>> SqliteStore::remove_expired(int limit) {
  auto submit = [this, limit](Completion<Result<int>> completion) {
    writer_.submit({sqlite::RemoveExpired{limit}, clock_.now(), std::move(completion)});
  };
  co_return co_await wait_for_callback<Result<int>>(submit);
}

Result<void> SqliteStore::health() const {
  return writer_.health();
}

Task<Result<std::optional<OperationRecord>>> SqliteStore::operation(std::string owner,
                                                                    std::string id) {
  auto read = [&](Connection& connection) { return read_operation(connection, owner, id); };
  co_return readers_.read(read);
}

Task<Result<Listing<OperationRecord>>> SqliteStore::operations(
    std::string owner, std::string kind, std::optional<status::Outcome> outcome, Page page) {
  auto read = [&](Connection& connection) {
    return read_operations(connection, owner, kind, outcome, page);
  };
  co_return readers_.read(read);
}

Task<Result<Listing<OperationRecord>>> SqliteStore::operations_begun(std::string owner,
                                                                     TimePoint since, Page page) {
  auto read = [&](Connection& connection) {
    return read_operations_begun(connection, owner, since, page);
  };
  co_return readers_.read(read);
}

Task<Result<std::vector<OperationRecord>>> SqliteStore::open_operations() {
  auto read = [](Connection& connection) { return sqlite::read_open_operations(connection); };
  co_return readers_.read(read);
}

Task<Result<std::vector<status::Event>>> SqliteStore::events(std::string owner,
                                                             std::string operation_id,
                                                             std::uint64_t after, int limit) {
  TimePoint now = clock_.now();
  auto read = [&](Connection& connection) {
    return read_events(connection, owner, operation_id, after, limit, now);
  };
  co_return readers_.read(read);
}

Task<Result<std::optional<std::uint64_t>>> SqliteStore::report(std::string owner,
                                                               std::string operation_id,
                                                               std::string report_id) {
  TimePoint now = clock_.now();
  auto read = [&](Connection& connection) {
    return sqlite::read_report(connection, owner, operation_id, report_id, now);
  };
  co_return readers_.read(read);
}

Task<Result<std::optional<DocumentRecord>>> SqliteStore::document(std::string owner,
                                                                  std::string id) {
  auto read = [&](Connection& connection) { return read_document(connection, owner, id); };
  co_return readers_.read(read);
}

Task<Result<Listing<DocumentRecord>>> SqliteStore::documents(std::string owner, std::string type,
                                                             Page page) {
  auto read = [&](Connection& connection) { return read_documents(connection, owner, type, page); };
  co_return readers_.read(read);
}

Task<Result<std::vector<DocumentVersion>>> SqliteStore::document_versions() {
  auto read = [](Connection& connection) { return sqlite::read_document_versions(connection); };
  co_return readers_.read(read);
}

Task<Result<std::optional<VersionKey>>> SqliteStore::version_with_windows(std::string owner,
                                                                          std::string windows_hash,
                                                                          std::string embedder) {
  auto read = [&](Connection& connection) {
    return read_version_with_windows(connection, owner, windows_hash, embedder);
  };
  co_return readers_.read(read);
}

Task<Result<Listing<ChunkRecord>>> SqliteStore::chunks(std::string document_id, int version,
                                                       Page page) {
  auto read = [&](Connection& connection) {
    return read_chunks(connection, document_id, version, page);
  };
  co_return readers_.read(read);
}

Task<Result<std::optional<ChunkRecord>>> SqliteStore::chunk(std::string document_id, int version,
                                                            int index) {
  auto read = [&](Connection& connection) {
    return read_chunk(connection, document_id, version, index);
  };
  co_return readers_.read(read);
}

Task<Result<WindowsRecord>> SqliteStore::windows(std::string document_id, int version, int first,
                                                 int count) {
  auto read = [&](Connection& connection) {
    return read_windows(connection, document_id, version, first, count);
  };
  co_return readers_.read(read);
}

Task<Result<int>> SqliteStore::window_count(std::string document_id, int version) {
  auto read = [&](Connection& connection) {
    return read_window_count(connection, document_id, version);
  };
  co_return readers_.read(read);
}

Task<Result<Listing<PageRecord>>> SqliteStore::pages(std::string document_id, int version,
                                                     Page page) {
  auto read = [&](Connection& connection) {
    return sqlite::read_pages(connection, document_id, version, page);
  };
  co_return readers_.read(read);
}

Task<Result<std::optional<std::string>>> SqliteStore::page_text(std::string document_id,
                                                                int version, int number) {
  auto read = [&](Connection& connection) {
    return sqlite::read_page_text(connection, document_id, version, number);
  };
  co_return readers_.read(read);
}

Task<Result<std::optional<ConversationRecord>>> SqliteStore::conversation(std::string owner,
                                                                          std::string id) {
  auto read = [&](Connection& connection) { return read_conversation(connection, owner, id); };
  co_return readers_.read(read);
}

Task<Result<Listing<ConversationRecord>>> SqliteStore::conversations(std::string owner,
                                                                     std::string user_id,
                                                                     Page page) {
  auto read = [&](Connection& connection) {
    return read_conversations(connection, owner, user_id, page);
  };
  co_return readers_.read(read);
}

Task<Result<std::int64_t>> SqliteStore::conversation_total(std::string owner, std::string user_id) {
  auto read = [&](Connection& connection) {
    return count_conversations(connection, owner, user_id);
  };
  co_return readers_.read(read);
}

Task<Result<std::vector<MessageRecord>>> SqliteStore::messages(std::string owner, std::string id,
                                                               int limit) {
  auto read = [&](Connection& connection) { return read_messages(connection, owner, id, limit); };
  co_return readers_.read(read);
}

Task<Result<std::vector<ChatStatusRecord>>> SqliteStore::chat_statuses(std::string owner,
                                                                       std::string id, int limit) {
  TimePoint now = clock_.now();
  auto read = [&](Connection& connection) {
    return read_chat_statuses(connection, owner, id, limit, now);
  };
  co_return readers_.read(read);
}

// --- Webhooks and their outbox

Task<Result<std::optional<WebhookRecord>>> SqliteStore::webhook(std::string owner,
                                                                std::string name) {
  auto read = [&](Connection& connection) { return read_webhook(connection, owner, name); };
  co_return readers_.read(read);
}

Task<Result<std::vector<WebhookRecord>>> SqliteStore::webhooks(std::string owner) {
  auto read = [&](Connection& connection) { return read_webhooks(connection, owner); };
  co_return readers_.read(read);
}

Task<Result<std::vector<WebhookRecord>>> SqliteStore::all_webhooks() {
  auto read = [](Connection& connection) { return sqlite::read_all_webhooks(connection); };
  co_return readers_.read(read);
}

Task<Result<Listing<DeliveryRecord>>> SqliteStore::deliveries(std::string owner,
                                                              std::string webhook, Page page) {
  TimePoint now = clock_.now();
  auto read = [&](Connection& connection) {
    return read_deliveries(connection, owner, webhook, page, now);
  };
  co_return readers_.read(read);
}

Task<Result<std::optional<DeliveryRecord>>> SqliteStore::next_delivery(std::string owner,
                                                                       std::string webhook) {
  auto read = [&](Connection& connection) {
    return read_next_delivery(connection, owner, webhook);
  };
  co_return readers_.read(read);
}

Task<Result<std::int64_t>> SqliteStore::pending_deliveries() {
  auto read = [](Connection& connection) { return sqlite::count_pending_deliveries(connection); };
  co_return readers_.read(read);
}

Task<Result<std::optional<IdempotencyRecord>>> SqliteStore::idempotency_key(std::string owner,
                                                                            std::string route,
                                                                            std::string key) {
  TimePoint now = clock_.now();
  auto read = [&](Connection& connection) {
    return read_idempotency_key(connection, owner, route, key, now);
  };
  co_return readers_.read(read);
}

Task<Result<std::vector<StepCostRecord>>> SqliteStore::step_costs() {
  auto read = [](Connection& connection) { return sqlite::read_step_costs(connection); };
  co_return readers_.read(read);
}

}  // namespace walrus::store
