// The embedded store: one SQLite database in WAL mode (docs/decisions/0004-embedded-store.md).
#pragma once

#include "store/sqlite/options.h"
#include "store/sqlite/reader_pool.h"
#include "store/sqlite/writer.h"
#include "store/store.h"

namespace walrus::store {

class SqliteStore final : public Store {
 public:
  // Opens or creates the database, migrating an older one. Errors: storage_unavailable, for a newer
  // or foreign database too. The references outlive the store.
  static Result<std::unique_ptr<SqliteStore>> open(std::filesystem::path file, const Clock& clock,
                                                   const Log& log, Metrics& metrics,
                                                   sqlite::Options options = {});

  Task<Result<void>> commit(WriteBatch batch) override;
  Result<void> health() const override;
  Task<Result<int>> remove_expired(int limit) override;

  Task<Result<std::optional<OperationRecord>>> operation(std::string owner,
                                                         std::string id) override;
  Task<Result<Listing<OperationRecord>>> operations(std::string owner, std::string kind,
                                                    std::optional<status::Outcome> outcome,
                                                    Page page) override;
  Task<Result<Listing<OperationRecord>>> operations_begun(std::string owner, TimePoint since,
                                                          Page page) override;
  Task<Result<std::vector<OperationRecord>>> open_operations() override;
  Task<Result<std::vector<status::Event>>> events(std::string owner, std::string operation_id,
                                                  std::uint64_t after, int limit) override;
  Task<Result<std::optional<std::uint64_t>>> report(std::string owner, std::string operation_id,
                                                    std::string report_id) override;

  Task<Result<std::optional<DocumentRecord>>> document(std::string owner, std::string id) override;
  Task<Result<Listing<DocumentRecord>>> documents(std::string owner, std::string type,
                                                  Page page) override;
  Task<Result<std::vector<DocumentVersion>>> document_versions() override;
  Task<Result<std::optional<VersionKey>>> version_with_windows(std::string owner,
                                                               std::string windows_hash,
                                                               std::string embedder) override;
  Task<Result<Listing<ChunkRecord>>> chunks(std::string document_id, int version,
                                            Page page) override;
  Task<Result<std::optional<ChunkRecord>>> chunk(std::string document_id, int version,
                                                 int index) override;
  Task<Result<WindowsRecord>> windows(std::string document_id, int version, int first,
                                      int count) override;
  Task<Result<int>> window_count(std::string document_id, int version) override;

  Task<Result<Listing<PageRecord>>> pages(std::string document_id, int version, Page page) override;
  Task<Result<std::optional<std::string>>> page_text(std::string document_id, int version,
                                                     int number) override;
  Task<Result<std::optional<ConversationRecord>>> conversation(std::string owner,
                                                               std::string id) override;
  Task<Result<Listing<ConversationRecord>>> conversations(std::string owner, std::string user_id,
                                                          Page page) override;
  Task<Result<std::int64_t>> conversation_total(std::string owner, std::string user_id) override;
  Task<Result<std::vector<MessageRecord>>> messages(std::string owner, std::string id,
                                                    int limit) override;
  Task<Result<std::vector<ChatStatusRecord>>> chat_statuses(std::string owner, std::string id,
                                                            int limit) override;

  Task<Result<std::optional<WebhookRecord>>> webhook(std::string owner, std::string name) override;
  Task<Result<std::vector<WebhookRecord>>> webhooks(std::string owner) override;
  Task<Result<std::vector<WebhookRecord>>> all_webhooks() override;
  Task<Result<Listing<DeliveryRecord>>> deliveries(std::string owner, std::string webhook,
                                                   Page page) override;
  Task<Result<std::optional<DeliveryRecord>>> next_delivery(std::string owner,
                                                            std::string webhook) override;
  Task<Result<std::int64_t>> pending_deliveries() override;

  Task<Result<std::optional<IdempotencyRecord>>> idempotency_key(std::string owner,
                                                                 std::string route,
                                                                 std::string key) override;

  Task<Result<std::vector<StepCostRecord>>> step_costs() override;

 private:
  SqliteStore(std::string file, sqlite::Options options, sqlite::Connection connection,
              const Clock& clock, const Log& log, Metrics& metrics);

  const Clock& clock_;
  sqlite::ReaderPool readers_;
  sqlite::Writer writer_;
};

}  // namespace walrus::store
