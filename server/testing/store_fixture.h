// What the tests of the stores share: the engines, a store of each, and rows to put into it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/store.h"
#include "testing/manual_loop.h"

namespace walrus::testing {

// A folder of its own that goes with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A way to make an empty store.
struct StoreEngine {
  std::string name;
  // What the store needs besides lives in the returned pointer's deleter.
  std::function<std::shared_ptr<store::Store>(const Clock& clock)> open;
};
std::vector<StoreEngine> store_engines();

// A test that runs on each engine.
class StoreTest : public ::testing::TestWithParam<StoreEngine> {
 protected:
  StoreTest() : loop(clock), store(GetParam().open(clock)) {}

  // Commits the mutations as one batch.
  template <class... Mutations>
  Result<void> commit(Mutations... mutations) {
    store::WriteBatch batch;
    (batch.mutations.push_back(std::move(mutations)), ...);
    return run(loop, store->commit(std::move(batch)));
  }
  // As commit, but it has to succeed.
  template <class... Mutations>
  void put(Mutations... mutations) {
    auto committed = commit(std::move(mutations)...);
    ASSERT_TRUE(committed) << committed.error().message << " " << committed.error().detail;
  }
  // What a read gives; it has to succeed.
  template <class T>
  T get(Task<Result<T>> task) {
    auto result = run(loop, std::move(task));
    if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
    return std::move(*result);
  }

  ManualClock clock;
  ManualLoop loop;
  std::shared_ptr<store::Store> store;
};

// The code of a failed result, or nothing.
template <class T>
std::optional<ErrorCode> code_of(const Result<T>& result) {
  if (result) return std::nullopt;
  return result.error().code;
}

// Rows with every field set to something of their own.
store::OperationRecord operation_record(const std::string& id, const std::string& owner,
                                        TimePoint now);
status::Event progress_event(std::uint64_t sequence, TimePoint now);
store::DocumentRecord document_record(const std::string& id, const std::string& owner,
                                      TimePoint now);
store::ChunkRecord chunk_record(const std::string& document_id, int version, int index);
store::WindowsRecord windows_record(const std::string& document_id, int version, int first,
                                    int count);
store::ConversationRecord conversation_record(const std::string& id, const std::string& owner,
                                              TimePoint now);
store::MessageRecord message_record(const std::string& conversation, const std::string& owner,
                                    std::uint64_t number, TimePoint now);
store::ChatStatusRecord chat_status_record(const std::string& conversation,
                                           const std::string& owner, TimePoint now);

}  // namespace walrus::testing
