#include "store/dynamodb/pages.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "store/dynamodb/item_size.h"
#include "store/dynamodb/limits.h"

namespace walrus::store::dynamodb {

namespace {

CallError broken_answer(std::string detail) {
  return {{ErrorCode::kStorageUnavailable, "The store's answer could not be read.",
           "dynamodb: " + std::move(detail)}};
}

CallError still_unprocessed() {
  Error error{ErrorCode::kStorageUnavailable,
              "The store has more to do than it is set up for.",
              "dynamodb: unprocessed items are left",
              {},
              std::chrono::seconds(1)};
  return {std::move(error), "", true};
}

std::expected<std::vector<Item>, CallError> items_of(const json::value* array) {
  std::vector<Item> items;
  if (!array || !array->is_array()) return std::unexpected(broken_answer("no items"));
  for (const json::value& value : array->as_array()) {
    if (!value.is_object()) return std::unexpected(broken_answer("an item that is none"));
    Result<Item> item = item_from_json(value.as_object());
    if (!item) return std::unexpected(CallError{std::move(item.error())});
    items.push_back(std::move(*item));
  }
  return items;
}

std::expected<ItemPage, CallError> page_of(const json::object& answer) {
  std::expected<std::vector<Item>, CallError> items = items_of(answer.if_contains("Items"));
  if (!items) return std::unexpected(std::move(items.error()));
  ItemPage page{std::move(*items), std::nullopt};
  const json::object* next = find_object(answer, "LastEvaluatedKey");
  if (!next) return page;
  Result<Item> key = item_from_json(*next);
  if (!key) return std::unexpected(CallError{std::move(key.error())});
  page.next = std::move(*key);
  return page;
}

// A request of a batch, as JSON has it.
struct Pending {
  std::string table;
  json::value request;
  std::size_t bytes;
};

json::value request_json(const BatchWrite& write) {
  if (write.put) return {{"PutRequest", {{"Item", to_json(*write.put)}}}};
  return {{"DeleteRequest", {{"Key", to_json(write.key)}}}};
}

std::deque<Pending> pending_of(const std::vector<BatchWrite>& writes) {
  std::map<std::pair<std::string, std::string>, const BatchWrite*> last_of_key;
  for (const BatchWrite& write : writes)
    last_of_key[{write.table, json::serialize(to_json(write.key))}] = &write;
  std::deque<Pending> pending;
  for (const auto& [key, write] : last_of_key)
    pending.push_back(
        {write->table, request_json(*write), item_size(write->put.value_or(write->key))});
  return pending;
}

// As many as one request may hold. Half of its bytes are left to what JSON adds.
json::object take_writes(std::deque<Pending>& pending) {
  json::object tables;
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (!pending.empty() && count < kMaxBatchWrites) {
    Pending& next = pending.front();
    if (count > 0 && bytes + next.bytes > kMaxRequestBytes / 2) break;
    json::value& requests = tables.emplace(next.table, json::array()).first->value();
    requests.as_array().push_back(std::move(next.request));
    bytes += next.bytes;
    ++count;
    pending.pop_front();
  }
  return tables;
}

// Puts what was not done in front again; whether anything was.
std::expected<bool, CallError> put_back_writes(std::deque<Pending>& pending,
                                               const json::object& answer) {
  const json::object* left = find_object(answer, "UnprocessedItems");
  bool any = false;
  for (const auto& [table, requests] : left ? *left : json::object()) {
    if (!requests.is_array()) return std::unexpected(broken_answer("unprocessed items"));
    for (const json::value& request : requests.as_array()) {
      pending.push_front({std::string(table), request, kMaxItemBytes});
      any = true;
    }
  }
  return any;
}

std::deque<json::value> unique_keys(const std::vector<Item>& keys) {
  std::map<std::string, json::value> unique;
  for (const Item& key : keys) {
    json::value value = to_json(key);
    unique.try_emplace(json::serialize(value), value);
  }
  std::deque<json::value> out;
  for (auto& [text, value] : unique) out.push_back(std::move(value));
  return out;
}

json::array take_keys(std::deque<json::value>& pending) {
  json::array keys;
  while (!pending.empty() && keys.size() < kMaxBatchReads) {
    keys.push_back(std::move(pending.front()));
    pending.pop_front();
  }
  return keys;
}

std::expected<bool, CallError> put_back_keys(std::deque<json::value>& pending,
                                             const json::object& answer, const std::string& table) {
  const json::object* left = find_object(answer, "UnprocessedKeys");
  if (!left || left->empty()) return false;
  const json::object* of_table = find_object(*left, table);
  const json::value* keys = of_table ? of_table->if_contains("Keys") : nullptr;
  if (!keys || !keys->is_array()) return std::unexpected(broken_answer("unprocessed keys"));
  for (const json::value& key : keys->as_array()) pending.push_front(key);
  return !keys->as_array().empty();
}

// Nothing of a table of which no key was found, or none was looked at yet.
std::expected<std::vector<Item>, CallError> found_items(const json::object& answer,
                                                        const std::string& table) {
  const json::object* responses = find_object(answer, "Responses");
  if (!responses) return std::unexpected(broken_answer("no responses"));
  const json::value* items = responses->if_contains(table);
  return items ? items_of(items) : std::vector<Item>();
}

}  // namespace

Task<CallResult<ItemPage>> read_items(Client& client, std::string operation,
                                      json::object parameters, int at_most, CallLimits limits) {
  limits.until = client.deadline(limits);
  ItemPage all;
  while (true) {
    // DynamoDB counts what it looks at, before any filter, so this is never exceeded.
    parameters["Limit"] = at_most - static_cast<int>(all.items.size());
    CallResult<json::object> answer = co_await client.call(operation, parameters, limits);
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    std::expected<ItemPage, CallError> page = page_of(*answer);
    if (!page) co_return std::unexpected(std::move(page.error()));
    std::ranges::move(page->items, std::back_inserter(all.items));
    all.next = std::move(page->next);
    if (!all.next || all.items.size() >= static_cast<std::size_t>(at_most)) co_return all;
    parameters["ExclusiveStartKey"] = to_json(*all.next);
  }
}

Task<CallResult<void>> write_batch(Client& client, std::vector<BatchWrite> writes,
                                   CallLimits limits) {
  limits.until = client.deadline(limits);
  std::deque<Pending> pending = pending_of(writes);
  int failures = 0;
  bool some_done = false;
  while (!pending.empty()) {
    std::size_t before = pending.size();
    json::object parameters{{"RequestItems", take_writes(pending)}};
    CallResult<json::object> answer =
        co_await client.call("BatchWriteItem", std::move(parameters), limits);
    if (!answer) {
      answer.error().maybe_done = answer.error().maybe_done || some_done;
      co_return std::unexpected(std::move(answer.error()));
    }
    std::expected<bool, CallError> left = put_back_writes(pending, *answer);
    if (!left) {
      left.error().maybe_done = true;
      co_return std::unexpected(std::move(left.error()));
    }
    some_done = some_done || pending.size() < before;
    failures = *left ? failures + 1 : 0;
    bool goes_on = !*left || co_await client.pause(failures, limits);
    if (!goes_on) co_return std::unexpected(still_unprocessed());
  }
  co_return CallResult<void>();
}

Task<CallResult<std::vector<Item>>> read_batch(Client& client, std::string table,
                                               std::vector<Item> keys, bool consistent,
                                               CallLimits limits) {
  limits.until = client.deadline(limits);
  std::deque<json::value> pending = unique_keys(keys);
  std::vector<Item> found;
  int failures = 0;
  while (!pending.empty()) {
    json::object wanted{{"Keys", take_keys(pending)}, {"ConsistentRead", consistent}};
    json::object parameters{{"RequestItems", json::object{{table, std::move(wanted)}}}};
    CallResult<json::object> answer =
        co_await client.call("BatchGetItem", std::move(parameters), limits);
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    std::expected<std::vector<Item>, CallError> items = found_items(*answer, table);
    if (!items) co_return std::unexpected(std::move(items.error()));
    std::ranges::move(*items, std::back_inserter(found));
    std::expected<bool, CallError> left = put_back_keys(pending, *answer, table);
    if (!left) co_return std::unexpected(std::move(left.error()));
    failures = *left ? failures + 1 : 0;
    bool goes_on = !*left || co_await client.pause(failures, limits);
    if (!goes_on) co_return std::unexpected(still_unprocessed());
  }
  co_return found;
}

}  // namespace walrus::store::dynamodb
