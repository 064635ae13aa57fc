// The tracker's log, kept in the store.
#pragma once

#include "status/ports.h"
#include "store/store.h"

namespace walrus::store {

// The item of the `chat` table that a chat's status or error becomes.
PutChatStatus chat_status_of(const status::Operation& operation, const status::Event& event);

// Commits events, the state after them and what came with them as one batch; the statuses of a chat
// go to the `chat` table in the same batch. `Append::with` must be a WriteBatch. Besides the errors
// of EventLog: conflict, where the operation was deleted or a condition of `with` does not hold.
// The store outlives it.
class StoreEventLog final : public status::EventLog {
 public:
  explicit StoreEventLog(Store& store) : store_(store) {}
  Task<Result<void>> append(status::Append append) override;

 private:
  Store& store_;
};

}  // namespace walrus::store
