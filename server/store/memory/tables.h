// The tables as plain maps, with what is needed to take a batch back.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "store/store.h"

namespace walrus::store::memory {

struct OperationRow {
  OperationRecord record;
  std::optional<TimePoint> events_expire_at;
};

struct DeliveryRow {
  DeliveryRecord record;
  std::optional<TimePoint> expires_at;  // set once it has ended
};

struct Tables {
  std::map<std::string, OperationRow> operations;
  std::map<std::pair<std::string, std::uint64_t>, status::Event> events;  // by operation, sequence
  std::map<std::pair<std::string, std::string>, std::uint64_t> reports;   // by operation, report
  std::map<std::string, DocumentRecord> documents;
  std::map<std::tuple<std::string, int, int>, ChunkRecord> chunks;  // by document, version, index
  std::map<std::tuple<std::string, int, int>, std::vector<float>> windows;
  std::map<std::tuple<std::string, int, int>, PageRecord> pages;  // by document, version, number
  std::map<std::tuple<std::string, int, int>, std::string> page_texts;
  // By conversation_key, and within one by message_key or status_key.
  std::map<std::string, ConversationRecord> conversations;
  std::map<std::pair<std::string, std::string>, MessageRecord> messages;
  std::map<std::pair<std::string, std::string>, ChatStatusRecord> statuses;
  std::map<std::pair<std::string, std::string>, WebhookRecord> webhooks;  // by owner, name
  // By owner, webhook, id.
  std::map<std::tuple<std::string, std::string, std::string>, DeliveryRow> deliveries;
  // By owner, route and key.
  std::map<std::tuple<std::string, std::string, std::string>, IdempotencyRecord> idempotency_keys;
  std::map<std::string, std::string> windows_hashes;  // by document
  // By kind, variety, step.
  std::map<std::tuple<std::string, std::string, std::string>, StepCostRecord> step_costs;
};

// Changes maps and remembers how they were, until the changes are kept or undone.
class Changes {
 public:
  template <class Map>
  void put(Map& map, const typename Map::key_type& key, typename Map::mapped_type value) {
    remember(map, key);
    map.insert_or_assign(key, std::move(value));
  }

  template <class Map>
  void erase(Map& map, const typename Map::key_type& key) {
    remember(map, key);
    map.erase(key);
  }

  // Erases the rows from `first` on for which `belongs(row)` holds, up to the first that does not.
  template <class Map, class Belongs>
  void erase_while(Map& map, const typename Map::key_type& first, Belongs belongs) {
    auto at = map.lower_bound(first);
    while (at != map.end() && belongs(*at)) {
      auto key = at->first;
      ++at;
      erase(map, key);
    }
  }

  void undo() {
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) (*step)();
    steps_.clear();
  }

 private:
  template <class Map>
  void remember(Map& map, const typename Map::key_type& key) {
    auto found = map.find(key);
    if (found == map.end()) {
      steps_.push_back([&map, key] { map.erase(key); });
      return;
    }
    steps_.push_back([&map, key, before = found->second] { map.insert_or_assign(key, before); });
  }

  std::vector<std::function<void()>> steps_;
};

// Applies one mutation; an error says that the batch is to be undone.
class Writing {
 public:
  Writing(Tables& tables, Changes& changes, TimePoint now)
      : tables_(tables), changes_(changes), now_(now) {}

  Result<void> operator()(const PutOperation& put);
  Result<void> operator()(const UpdateState& update);
  Result<void> operator()(const BeginAttempt& begin);
  Result<void> operator()(const AppendEvents& append);
  Result<void> operator()(const SetCheckpoint& set);
  Result<void> operator()(const CountResumption& count);
  Result<void> operator()(const RequestCancel& request);
  Result<void> operator()(const PutReport& put);
  Result<void> operator()(const PutDocument& put);
  Result<void> operator()(const SetWindowsHash& set);
  Result<void> operator()(const DeleteDocument& remove);
  Result<void> operator()(const PutChunks& put);
  Result<void> operator()(const PutWindows& put);
  Result<void> operator()(const DeleteVersion& remove);
  Result<void> operator()(const DeleteChunks& remove);
  Result<void> operator()(const PutConversation& put);
  Result<void> operator()(const PutMessage& put);
  Result<void> operator()(const PutChatStatus& put);
  Result<void> operator()(const DeleteConversation& remove);
  Result<void> operator()(const PutWebhook& put);
  Result<void> operator()(const DeleteWebhook& remove);
  Result<void> operator()(const DisableWebhook& disable);
  Result<void> operator()(const PutDelivery& put);
  Result<void> operator()(const UpdateDelivery& update);
  Result<void> operator()(const PutIdempotencyKey& put);
  Result<void> operator()(const PutStepCosts& put);
  Result<void> operator()(const PutPages& put);
  Result<void> operator()(const PutPageText& put);
  Result<void> operator()(const DeletePages& remove);

 private:
  std::optional<OperationRow> find_operation(const std::string& id) const;
  void forget_expired_log(const std::string& id, OperationRow& row);
  void erase_events(const std::string& operation_id);
  void erase_operations(const std::function<bool(const status::Operation&)>& matches);
  void mirror(const status::State& state);

  Tables& tables_;
  Changes& changes_;
  TimePoint now_;
};

}  // namespace walrus::store::memory
