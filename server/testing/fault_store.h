// A store whose commits fail when the test says so.
#pragma once

#include <map>

#include "store/store.h"

namespace walrus::testing {

enum class Fault {
  kBeforeCommit,  // storage_unavailable, and nothing was written
  kAfterCommit,   // storage_unavailable, although everything was written
};

// Hands everything on to `inner`, which outlives it. Not thread-safe to arm.
class FaultStore final : public store::Store {
 public:
  explicit FaultStore(store::Store& inner) : inner_(inner) {}

  // The `nth` commit from now on fails, 1 being the next one.
  void fail_commit(int nth, Fault fault) { faults_[commits_ + nth] = fault; }
  // Every commit fails, and every read, and health says so, until `come_back`.
  void go_away() { away_ = true; }
  void come_back() { away_ = false; }
  // A read whose answer is far away; so are the tables of a cloud.
  void delay_reads(Duration delay) { read_delay_ = delay; }
  // Commits take effect so much later than they are asked for.
  void commit_late(Duration delay) { commit_delay_ = delay; }
  // Commits are answered so much after they took effect, as by a slow disk.
  void answer_late(Duration delay) { answer_delay_ = delay; }
  int commits() const { return commits_; }

  Task<Result<void>> commit(store::WriteBatch batch) override;
  Result<void> health() const override;
  Task<Result<int>> remove_expired(int limit) override;

  Task<Result<std::optional<store::OperationRecord>>> operation(std::string owner,
                                                                std::string id) override;
  Task<Result<store::Listing<store::OperationRecord>>> operations(
      std::string owner, std::string kind, std::optional<status::Outcome> outcome,
      store::Page page) override;
  Task<Result<store::Listing<store::OperationRecord>>> operations_begun(std::string owner,
                                                                        TimePoint since,
                                                                        store::Page page) override;
  Task<Result<std::vector<store::OperationRecord>>> open_operations() override;
  Task<Result<std::vector<status::Event>>> events(std::string owner, std::string operation_id,
                                                  std::uint64_t after, int limit) override;
  Task<Result<std::optional<std::uint64_t>>> report(std::string owner, std::string operation_id,
                                                    std::string report_id) override;

  Task<Result<std::optional<store::DocumentRecord>>> document(std::string owner,
                                                              std::string id) override;
  Task<Result<store::Listing<store::DocumentRecord>>> documents(std::string owner, std::string type,
                                                                store::Page page) override;
  Task<Result<std::vector<store::DocumentVersion>>> document_versions() override;
  Task<Result<std::optional<store::VersionKey>>> version_with_windows(
      std::string owner, std::string windows_hash, std::string embedder) override;
  Task<Result<store::Listing<store::ChunkRecord>>> chunks(std::string document_id, int version,
                                                          store::Page page) override;
  Task<Result<std::optional<store::ChunkRecord>>> chunk(std::string document_id, int version,
                                                        int index) override;
  Task<Result<store::WindowsRecord>> windows(std::string document_id, int version, int first,
                                             int count) override;
  Task<Result<int>> window_count(std::string document_id, int version) override;
  Task<Result<store::Listing<store::PageRecord>>> pages(std::string document_id, int version,
                                                        store::Page page) override;
  Task<Result<std::optional<std::string>>> page_text(std::string document_id, int version,
                                                     int number) override;

  Task<Result<std::optional<store::ConversationRecord>>> conversation(std::string owner,
                                                                      std::string id) override;
  Task<Result<store::Listing<store::ConversationRecord>>> conversations(std::string owner,
                                                                        std::string user_id,
                                                                        store::Page page) override;
  Task<Result<std::int64_t>> conversation_total(std::string owner, std::string user_id) override;
  Task<Result<std::vector<store::MessageRecord>>> messages(std::string owner, std::string id,
                                                           int limit) override;
  Task<Result<std::vector<store::ChatStatusRecord>>> chat_statuses(std::string owner,
                                                                   std::string id,
                                                                   int limit) override;

  Task<Result<std::optional<store::WebhookRecord>>> webhook(std::string owner,
                                                            std::string name) override;
  Task<Result<std::vector<store::WebhookRecord>>> webhooks(std::string owner) override;
  Task<Result<std::vector<store::WebhookRecord>>> all_webhooks() override;
  Task<Result<store::Listing<store::DeliveryRecord>>> deliveries(std::string owner,
                                                                 std::string webhook,
                                                                 store::Page page) override;
  Task<Result<std::optional<store::DeliveryRecord>>> next_delivery(std::string owner,
                                                                   std::string webhook) override;
  Task<Result<std::int64_t>> pending_deliveries() override;

  Task<Result<std::optional<store::IdempotencyRecord>>> idempotency_key(std::string owner,
                                                                        std::string route,
                                                                        std::string key) override;

  Task<Result<std::vector<store::StepCostRecord>>> step_costs() override;

 private:
  template <class T>
  Task<Result<T>> unless_away(Task<Result<T>> read);

  store::Store& inner_;
  std::map<int, Fault> faults_;
  int commits_ = 0;
  bool away_ = false;
  Duration read_delay_{0};
  Duration commit_delay_{0};
  Duration answer_delay_{0};
};

}  // namespace walrus::testing
