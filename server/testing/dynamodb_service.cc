#include "testing/dynamodb_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/dynamodb/limits.h"
#include "testing/dynamodb_expression.h"
#include "testing/dynamodb_reads.h"

namespace walrus::testing {

using store::dynamodb::Item;
using store::dynamodb::WriteUnits;

namespace {

std::string text_of(const json::object& request, std::string_view name) {
  const json::string* text = find_string(request, name);
  if (!text)
    refuse(
        fmt::format("1 validation error detected: Value null at '{}' failed to satisfy constraint: "
                    "Member must not be null",
                    name));
  return std::string(view(*text));
}

bool flag(const json::object& request, std::string_view name) {
  const json::value* value = request.if_contains(name);
  return value && value->as_bool();
}

bool asks_for(const json::object& request, std::string_view name, std::string_view word) {
  const json::string* text = find_string(request, name);
  return text && view(*text) == word;
}

Item item_of(const json::object& request, std::string_view name) {
  const json::object* object = find_object(request, name);
  if (!object) refuse(fmt::format("{} must be an object", name));
  return read_item(*object);
}

std::set<std::string> names_of(const Item& key) {
  std::set<std::string> names;
  for (const auto& [name, value] : key) names.insert(name);
  return names;
}

void add_consumed(json::object& answer, const json::object& request, WriteUnits units) {
  const json::string* wanted = find_string(request, "ReturnConsumedCapacity");
  if (!wanted || view(*wanted) == "NONE") return;
  json::object consumed{{"TableName", request.at("TableName")}, {"CapacityUnits", units.total()}};
  if (view(*wanted) == "INDEXES") consumed["Table"] = json::object{{"CapacityUnits", units.table}};
  answer["ConsumedCapacity"] = std::move(consumed);
}

// What ReturnValues asks for.
json::object answer_of(const json::object& request, const Item* before, const Item* after,
                       WriteUnits units) {
  json::object answer;
  if (before && asks_for(request, "ReturnValues", "ALL_OLD"))
    answer["Attributes"] = store::dynamodb::to_json(*before);
  if (after && asks_for(request, "ReturnValues", "ALL_NEW"))
    answer["Attributes"] = store::dynamodb::to_json(*after);
  add_consumed(answer, request, units);
  return answer;
}

std::size_t count_requests(const json::object& tables) {
  std::size_t count = 0;
  for (const auto& [table, requests] : tables) count += requests.as_array().size();
  return count;
}

}  // namespace

json::object DynamoDbService::run(std::string_view operation, const json::object& request,
                                  TimePoint now) {
  static const std::map<std::string_view, Operation> kOperations{
      {"CreateTable", &DynamoDbService::create_table},
      {"DescribeTable", &DynamoDbService::describe_table},
      {"DeleteTable", &DynamoDbService::delete_table},
      {"ListTables", &DynamoDbService::list_tables},
      {"UpdateTimeToLive", &DynamoDbService::update_ttl},
      {"DescribeTimeToLive", &DynamoDbService::describe_ttl},
      {"PutItem", &DynamoDbService::put_item},
      {"GetItem", &DynamoDbService::get_item},
      {"UpdateItem", &DynamoDbService::update_item},
      {"DeleteItem", &DynamoDbService::delete_item},
      {"Query", &DynamoDbService::query},
      {"Scan", &DynamoDbService::scan},
      {"BatchWriteItem", &DynamoDbService::batch_write},
      {"BatchGetItem", &DynamoDbService::batch_get}};
  now_ = now;
  auto at = kOperations.find(operation);
  if (at == kOperations.end()) throw ServiceFault{"UnknownOperationException", ""};
  return (this->*at->second)(request);
}

DynamoDbTable& DynamoDbService::table(const std::string& name) {
  auto at = tables_.find(name);
  if (at == tables_.end()) {
    throw ServiceFault{"ResourceNotFoundException",
                       "Requested resource not found: Table: " + name + " not found"};
  }
  return at->second;
}

// A table that is being made is not there yet for those who read and write.
DynamoDbTable& DynamoDbService::ready_table(const json::object& request) {
  DynamoDbTable& found = table(text_of(request, "TableName"));
  if (!found.is_ready(now_))
    throw ServiceFault{"ResourceNotFoundException", "Requested resource not found"};
  return found;
}

json::object DynamoDbService::describe(const DynamoDbTable& table) const {
  json::object description = store::dynamodb::create_table_parameters(table.schema());
  description["TableStatus"] = table.is_ready(now_) ? "ACTIVE" : "CREATING";
  return description;
}

json::object DynamoDbService::create_table(const json::object& request) {
  std::string name = text_of(request, "TableName");
  auto [at, is_new] =
      tables_.try_emplace(name, DynamoDbTable::read_schema(request), now_ + creation_takes);
  if (!is_new) throw ServiceFault{"ResourceInUseException", "Table already exists: " + name};
  return {{"TableDescription", describe(at->second)}};
}

json::object DynamoDbService::describe_table(const json::object& request) {
  return {{"Table", describe(table(text_of(request, "TableName")))}};
}

json::object DynamoDbService::delete_table(const json::object& request) {
  json::object description = describe(ready_table(request));
  description["TableStatus"] = "DELETING";
  tables_.erase(text_of(request, "TableName"));
  return {{"TableDescription", std::move(description)}};
}

json::object DynamoDbService::list_tables(const json::object& request) {
  const json::string* start = find_string(request, "ExclusiveStartTableName");
  std::size_t limit = static_cast<std::size_t>(find_integer(request, "Limit").value_or(100));
  json::array names;
  auto at = start ? tables_.upper_bound(std::string(view(*start))) : tables_.begin();
  for (; at != tables_.end() && names.size() < limit; ++at) names.emplace_back(at->first);
  json::object answer;
  if (at != tables_.end()) answer["LastEvaluatedTableName"] = names.back();
  answer["TableNames"] = std::move(names);
  return answer;
}

json::object DynamoDbService::update_ttl(const json::object& request) {
  DynamoDbTable& found = ready_table(request);
  const json::object& wish = request.at("TimeToLiveSpecification").as_object();
  bool enable = flag(wish, "Enabled");
  if (enable == found.ttl.has_value())
    refuse(fmt::format("TimeToLive is already {}", enable ? "enabled" : "disabled"));
  found.ttl = enable ? std::optional(text_of(wish, "AttributeName")) : std::nullopt;
  return {{"TimeToLiveSpecification", wish}};
}

json::object DynamoDbService::describe_ttl(const json::object& request) {
  const DynamoDbTable& found = ready_table(request);
  json::object description{{"TimeToLiveStatus", found.ttl ? "ENABLED" : "DISABLED"}};
  if (found.ttl) description["AttributeName"] = *found.ttl;
  return {{"TimeToLiveDescription", std::move(description)}};
}

// A condition that does not hold costs as much as writing what is there.
void DynamoDbService::check_condition(DynamoDbTable& table, const json::object& request,
                                      const Item* before, bool holds) {
  if (holds) return;
  table.count({.table = store::dynamodb::write_units(table.schema(), before, before).table});
  json::object more;
  if (before && asks_for(request, "ReturnValuesOnConditionCheckFailure", "ALL_OLD"))
    more["Item"] = store::dynamodb::to_json(*before);
  throw ServiceFault{"ConditionalCheckFailedException", "The conditional request failed",
                     std::move(more)};
}

json::object DynamoDbService::put_item(const json::object& request) {
  DynamoDbTable& found = ready_table(request);
  Item item = item_of(request, "Item");
  Expressions expressions(request);
  std::optional<Condition> condition = expressions.condition("ConditionExpression");
  expressions.refuse_unused();
  found.check_item(item, false);
  Item key = store::dynamodb::key_of(found.schema().key, item);
  std::optional<Item> before = found.find(key) ? std::optional(*found.find(key)) : std::nullopt;
  check_condition(found, request, found.find(key),
                  !condition || (*condition)(before.value_or(Item())));
  WriteUnits units = found.write(key, &item, now_);
  return answer_of(request, before ? &*before : nullptr, nullptr, units);
}

json::object DynamoDbService::get_item(const json::object& request) {
  DynamoDbTable& found = ready_table(request);
  Item key = item_of(request, "Key");
  Expressions expressions(request);
  auto projection = expressions.projection();
  expressions.refuse_unused();
  found.check_key(key);
  const Item* item = found.find(key);
  json::object answer;
  if (item) answer["Item"] = store::dynamodb::to_json(projected(*item, projection));
  return answer;
}

json::object DynamoDbService::update_item(const json::object& request) {
  DynamoDbTable& found = ready_table(request);
  Item key = item_of(request, "Key");
  Expressions expressions(request);
  std::optional<Condition> condition = expressions.condition("ConditionExpression");
  Change change = expressions.update(names_of(key));
  expressions.refuse_unused();
  found.check_key(key);
  std::optional<Item> before = found.find(key) ? std::optional(*found.find(key)) : std::nullopt;
  check_condition(found, request, found.find(key),
                  !condition || (*condition)(before.value_or(Item())));
  Item after = change(before.value_or(key));
  found.check_item(after, true);
  WriteUnits units = found.write(key, &after, now_);
  return answer_of(request, before ? &*before : nullptr, &after, units);
}

json::object DynamoDbService::delete_item(const json::object& request) {
  DynamoDbTable& found = ready_table(request);
  Item key = item_of(request, "Key");
  Expressions expressions(request);
  std::optional<Condition> condition = expressions.condition("ConditionExpression");
  expressions.refuse_unused();
  found.check_key(key);
  std::optional<Item> before = found.find(key) ? std::optional(*found.find(key)) : std::nullopt;
  check_condition(found, request, found.find(key),
                  !condition || (*condition)(before.value_or(Item())));
  WriteUnits units = found.write(key, nullptr, now_);
  return answer_of(request, before ? &*before : nullptr, nullptr, units);
}

json::object DynamoDbService::query(const json::object& request) {
  DynamoDbTable& found = ready_table(request);
  Expressions expressions(request);
  KeyCondition condition = expressions.key_condition();
  const json::string* index = find_string(request, "IndexName");
  check_key_condition(condition, found.key_of_path(index ? std::string(view(*index)) : ""));
  return read_page(found, request, expressions, condition.holds, now_, index_lag);
}

json::object DynamoDbService::scan(const json::object& request) {
  Expressions expressions(request);
  Condition all = [](const Item&) { return true; };
  return read_page(ready_table(request), request, expressions, all, now_, index_lag);
}

void DynamoDbService::write_one(const std::string& name, const json::object& write) {
  DynamoDbTable& found = table(name);
  if (const json::object* put = find_object(write, "PutRequest")) {
    Item item = item_of(*put, "Item");
    found.write(store::dynamodb::key_of(found.schema().key, item), &item, now_);
  } else {
    found.write(item_of(write.at("DeleteRequest").as_object(), "Key"), nullptr, now_);
  }
}

// Takes some of the last requests out of a batch, as the real service does when it is busy.
json::object DynamoDbService::take_unprocessed(json::object& tables, std::string_view list) {
  json::object left;
  for (auto& [table, requests] : tables) {
    json::array& all = list.empty() ? requests.as_array() : requests.at(list).as_array();
    json::array taken;
    while (unprocessed > 0 && !all.empty()) {
      taken.push_back(std::move(all.back()));
      all.pop_back();
      --unprocessed;
    }
    if (taken.empty()) continue;
    left[table] =
        list.empty() ? json::value(std::move(taken)) : json::value{{list, std::move(taken)}};
  }
  return left;
}

json::object DynamoDbService::batch_write(const json::object& request) {
  json::object tables = request.at("RequestItems").as_object();
  if (count_requests(tables) > store::dynamodb::kMaxBatchWrites)
    refuse("Too many items requested for the BatchWriteItem call");
  for (const auto& [name, requests] : tables)
    check_batch_writes(ready_table({{"TableName", name}}), requests.as_array());
  json::object left = take_unprocessed(tables, "");
  for (const auto& [name, requests] : tables) {
    for (const json::value& write : requests.as_array()) write_one(name, write.as_object());
  }
  return {{"UnprocessedItems", std::move(left)}};
}

json::object DynamoDbService::batch_get(const json::object& request) {
  json::object tables = request.at("RequestItems").as_object();
  for (const auto& [name, wanted] : tables)
    check_batch_keys(ready_table({{"TableName", name}}), wanted.at("Keys").as_array());
  json::object left = take_unprocessed(tables, "Keys");
  json::object responses;
  std::size_t bytes = 0;
  for (const auto& [name, wanted] : tables) {
    json::array items, too_many;
    for (const json::value& key : wanted.at("Keys").as_array()) {
      const Item* item = table(name).find(read_item(key.as_object()));
      std::size_t size = item ? store::dynamodb::item_size(*item) : 0;
      bool fits = bytes + size <= store::dynamodb::kMaxRequestBytes;
      if (!fits) too_many.push_back(key);
      if (!fits || !item) continue;
      bytes += size;
      items.push_back(store::dynamodb::to_json(*item));
    }
    responses[name] = std::move(items);
    if (!too_many.empty()) left[name] = json::value{{"Keys", std::move(too_many)}};
  }
  return {{"Responses", std::move(responses)}, {"UnprocessedKeys", std::move(left)}};
}

}  // namespace walrus::testing
