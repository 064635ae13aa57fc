#include "search/index.h"

#include <atomic>
#include <mutex>
#include <utility>

#include "search/index_reader.h"
#include "search/index_schema.h"
#include "search/index_writer.h"

namespace walrus::search {
namespace {

// Connections that are lent to one reader at a time; as many as ever read at once. A database in
// memory has one connection, which its readers share with the writer, one at a time.
class Connections {
 public:
  Connections(std::filesystem::path file, std::unique_ptr<Connection> writer)
      : file_(std::move(file)), in_memory_(file_ == ":memory:"), writer_(std::move(writer)) {}

  template <class Use>
  auto write(Use use) {
    std::lock_guard lock(writing_);
    return use(*writer_);
  }

  template <class Use>
  std::invoke_result_t<Use&, Connection&> read(Use use) {
    if (in_memory_) return write(use);
    auto reader = borrow();
    if (!reader) return std::unexpected(std::move(reader.error()));
    auto result = use(**reader);
    std::lock_guard lock(idle_lock_);
    idle_.push_back(std::move(*reader));
    return result;
  }

 private:
  Result<std::unique_ptr<Connection>> borrow() {
    {
      std::lock_guard lock(idle_lock_);
      if (!idle_.empty()) {
        auto reader = std::move(idle_.back());
        idle_.pop_back();
        return reader;
      }
    }
    return Connection::open(file_, Connection::Access::kRead);
  }

  std::filesystem::path file_;
  bool in_memory_;
  std::mutex writing_;
  std::unique_ptr<Connection> writer_;
  std::mutex idle_lock_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

class SqliteIndex final : public SearchIndex {
 public:
  SqliteIndex(const std::filesystem::path& file, std::unique_ptr<Connection> writer,
              Options options, const Log& log)
      : file_(file), options_(options), log_(log), connections_(file, std::move(writer)) {}

  Result<void> add(IndexedVersion version) override {
    auto prepared = prepare_version(version);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    bool follows = true;
    Result<void> outcome = change(
        [&](Connection& connection) { follows = write_version(connection, version, *prepared); });
    if (outcome && !follows) {
      return fail(ErrorCode::kNotFound, "The document is not in the search index.");
    }
    return outcome;
  }

  Result<void> activate(std::string owner, std::string document_id, int version) override {
    bool found = false;
    Result<void> outcome = change([&](Connection& connection) {
      found = activate_version(connection, owner, document_id, version);
    });
    if (outcome && !found) {
      return fail(ErrorCode::kNotFound, "The document is not in the search index.");
    }
    return outcome;
  }

  Result<void> remove(std::string document_id) override {
    return change([&](Connection& connection) { remove_document(connection, document_id); });
  }

  Result<void> remove_version(std::string document_id, int version) override {
    return change(
        [&](Connection& connection) { remove_version_of(connection, document_id, version); });
  }

  Result<std::vector<Version>> versions() override {
    return look([](Connection& connection) { return list_versions(connection); });
  }

  Result<std::vector<Hit>> search(const Query& query, QueryCost* cost) override {
    QueryCost spent;
    auto hits = look([&](Connection& connection) {
      return run_query(connection, frequencies_, options_, query, spent);
    });
    if (cost != nullptr) *cost = spent;
    return hits;
  }

 private:
  template <class Change>
  Result<void> change(Change apply) {
    return connections_.write([&](Connection& connection) {
      Transaction transaction(connection, Transaction::Kind::kWrite);
      apply(connection);
      Result<void> outcome = transaction.commit();
      note_damage(connection);
      return outcome;
    });
  }

  template <class Look, class T = std::invoke_result_t<Look&, Connection&>>
  Result<T> look(Look read) {
    return connections_.read([&](Connection& connection) -> Result<T> {
      Transaction transaction(connection, Transaction::Kind::kRead);
      T result = read(connection);
      Result<void> outcome = transaction.commit();
      note_damage(connection);
      if (!outcome) return std::unexpected(std::move(outcome.error()));
      return result;
    });
  }

  // The file cannot be replaced under its readers, and the tables have to be read to fill a new
  // one: the next start does both.
  void note_damage(const Connection& connection) {
    if (!connection.damaged() || damage_noted_.exchange(true)) return;
    mark_damaged(file_);
    log_.error("the search index is damaged; it is made anew at the next start");
  }

  std::filesystem::path file_;
  Options options_;
  const Log& log_;
  Connections connections_;
  DocumentFrequencies frequencies_;
  std::atomic<bool> damage_noted_ = false;
};

}  // namespace

Result<std::unique_ptr<SearchIndex>> SearchIndex::open(std::filesystem::path file, Options options,
                                                       const Log& log) {
  auto writer = open_index_file(file, log);
  if (!writer) return std::unexpected(std::move(writer.error()));
  return std::make_unique<SqliteIndex>(file, std::move(*writer), options, log);
}

}  // namespace walrus::search
