// The tracker's log, kept in the store.
#pragma once

#include "status/ports.h"
#include "store/store.h"

namespace walrus::store {

// The item of the `chat` table that a chat's status or error becomes.
PutChatStatus chat_status_of(const status::Operation& operation, const status::Event& event);

// Those who must be told of events: what they need is committed together with the events. Webhooks
// implement it. Thread-safe.
class Outbox {
 public:
  virtual ~Outbox() = default;
  // Adds to the batch what is to be told of the events; `state` is the one after the last of them.
  // Adding the same event again must be harmless. Whether it added anything.
  virtual bool add(const status::State& state, const std::vector<status::Event>& events,
                   WriteBatch& batch) = 0;
  // What `add` added for this owner is durable.
  virtual void committed(const std::string& owner) = 0;
};

// Commits events, the state after them and what came with them as one batch; the statuses of a chat
// go to the `chat` table in the same batch. `Append::with` must be a WriteBatch. Besides the errors
// of EventLog: conflict, where the operation was deleted or a condition of `with` does not hold.
// The store and the outbox, if there is one, outlive it.
class StoreEventLog final : public status::EventLog {
 public:
  explicit StoreEventLog(Store& store, Outbox* outbox = nullptr) : store_(store), outbox_(outbox) {}
  Task<Result<void>> append(status::Append append) override;

 private:
  Store& store_;
  Outbox* outbox_;
};

}  // namespace walrus::store
