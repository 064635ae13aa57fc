#include "testing/dynamodb_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/ids.h"
#include "store/dynamodb/limits.h"
#include "testing/dynamodb_expression.h"

namespace walrus::testing {

using store::dynamodb::AttributeValue;
using store::dynamodb::IndexSchema;
using store::dynamodb::Item;
using store::dynamodb::KeyAttribute;
using store::dynamodb::KeySchema;
using store::dynamodb::Projection;
using store::dynamodb::TableSchema;
using store::dynamodb::WriteUnits;

namespace {

std::vector<KeyAttribute> attributes_of(const KeySchema& key) {
  std::vector<KeyAttribute> attributes{key.partition};
  if (key.sort) attributes.push_back(*key.sort);
  return attributes;
}

std::string text_of(const json::value& value) {
  return std::string(view(value.as_string()));
}

// The `i`-th attribute of a KeySchema, with its type of AttributeDefinitions.
KeyAttribute read_attribute(const json::array& key, std::size_t i, const json::object& parameters) {
  KeyAttribute attribute{text_of(key.at(i).at("AttributeName"))};
  for (const json::value& definition : parameters.at("AttributeDefinitions").as_array()) {
    if (text_of(definition.at("AttributeName")) != attribute.name) continue;
    attribute.type = text_of(definition.at("AttributeType"));
    return attribute;
  }
  refuse(
      "One or more parameter values were invalid: Some index key attributes are not defined in "
      "AttributeDefinitions.");
}

KeySchema read_key(const json::value& schema, const json::object& parameters) {
  const json::array& key = schema.as_array();
  KeySchema out{read_attribute(key, 0, parameters)};
  if (key.size() > 1) out.sort = read_attribute(key, 1, parameters);
  return out;
}

Projection read_projection(const json::object& given) {
  std::string type = text_of(given.at("ProjectionType"));
  if (type == "ALL") return {Projection::Kind::kAll};
  Projection projection;
  if (type == "KEYS_ONLY") return projection;
  projection.kind = Projection::Kind::kInclude;
  for (const json::value& name : given.at("NonKeyAttributes").as_array())
    projection.included.insert(text_of(name));
  return projection;
}

// The values of one attribute in two items that both have it.
std::strong_ordering order_by(const std::string& name, const Item& a, const Item& b) {
  return *compare_values(a.at(name), b.at(name));
}

std::size_t hash_of(const AttributeValue& value) {
  return id_hash(json::serialize(store::dynamodb::to_json(value)));
}

void check_key_value(const KeyAttribute& attribute, const AttributeValue& value, bool is_sort) {
  bool is_empty = value == store::dynamodb::text("");
  if (is_empty) {
    refuse(
        fmt::format("One or more parameter values are not valid. The AttributeValue for a key "
                    "attribute cannot contain an empty string value. Key: {}",
                    attribute.name));
  }
  std::size_t most =
      is_sort ? store::dynamodb::kMaxSortKeyBytes : store::dynamodb::kMaxPartitionKeyBytes;
  if (store::dynamodb::value_size(value) <= most) return;
  refuse(is_sort ? "One or more parameter values were invalid: Aggregated size of all range keys "
                   "has exceeded the size limit of 1024 bytes"
                 : "One or more parameter values were invalid: Size of hashkey has exceeded the "
                   "maximum size limit of2048 bytes");
}

}  // namespace

bool KeyOrder::operator()(const Item& a, const Item& b) const {
  const AttributeValue& left = a.at(key_.partition.name);
  const AttributeValue& right = b.at(key_.partition.name);
  if (left != right) {
    auto hash_order = hash_of(left) <=> hash_of(right);
    return hash_order == 0 ? order_by(key_.partition.name, a, b) < 0 : hash_order < 0;
  }
  return key_.sort && order_by(key_.sort->name, a, b) < 0;
}

bool comes_before(const Item& a, const Item& b, const KeySchema& path, const KeySchema& table) {
  if (KeyOrder(path)(a, b)) return true;
  return !KeyOrder(path)(b, a) && KeyOrder(table)(a, b);
}

DynamoDbTable::DynamoDbTable(TableSchema schema, TimePoint ready_at)
    : schema_(std::move(schema)),
      ready_at_(ready_at),
      items_(KeyOrder(schema_.key)),
      indexed_(KeyOrder(schema_.key)) {}

TableSchema DynamoDbTable::read_schema(const json::object& parameters) {
  TableSchema schema{text_of(parameters.at("TableName")),
                     read_key(parameters.at("KeySchema"), parameters)};
  const json::value* indexes = parameters.if_contains("GlobalSecondaryIndexes");
  if (!indexes) return schema;
  for (const json::value& index : indexes->as_array()) {
    schema.indexes.push_back({text_of(index.at("IndexName")),
                              read_key(index.at("KeySchema"), parameters),
                              read_projection(index.at("Projection").as_object())});
  }
  return schema;
}

const Item* DynamoDbTable::find(const Item& key) const {
  auto at = items_.find(key);
  return at == items_.end() ? nullptr : &at->second;
}

WriteUnits DynamoDbTable::write(const Item& key, const Item* after, TimePoint now) {
  WriteUnits units = store::dynamodb::write_units(schema_, find(key), after);
  changes_.push_back({now, key, after ? std::optional(*after) : std::nullopt});
  if (after) {
    items_.insert_or_assign(key, *after);
  } else {
    items_.erase(key);
  }
  count(units);
  return units;
}

void DynamoDbTable::count(WriteUnits units) {
  written_.table += units.table;
  written_.indexes += units.indexes;
}

int DynamoDbTable::expire(TimePoint now) {
  if (!ttl) return 0;
  auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  WriteUnits before = written_;
  std::vector<Item> expired;
  for (const auto& [key, item] : items_) {
    auto at = store::dynamodb::find_integer(item, *ttl);
    if (at && *at < seconds) expired.push_back(key);
  }
  for (const Item& key : expired) write(key, nullptr, now);
  written_ = before;
  return static_cast<int>(expired.size());
}

void DynamoDbTable::check_key(const Item& key) const {
  std::vector<KeyAttribute> attributes = attributes_of(schema_.key);
  bool fits = key.size() == attributes.size();
  for (const KeyAttribute& attribute : attributes) {
    auto at = key.find(attribute.name);
    fits = fits && at != key.end() && store::dynamodb::type_name(at->second) == attribute.type;
  }
  if (!fits) refuse("The provided key element does not match the schema");
  for (const KeyAttribute& attribute : attributes) {
    bool is_sort = attribute.name != schema_.key.partition.name;
    check_key_value(attribute, key.at(attribute.name), is_sort);
  }
}

void DynamoDbTable::check_item(const Item& item, bool is_update) const {
  for (const KeyAttribute& attribute : attributes_of(schema_.key)) {
    auto at = item.find(attribute.name);
    if (at == item.end()) {
      refuse(
          fmt::format("One or more parameter values were invalid: Missing the key {} in the item",
                      attribute.name));
    }
    if (store::dynamodb::type_name(at->second) != attribute.type) {
      refuse(
          fmt::format("One or more parameter values were invalid: Type mismatch for key {} "
                      "expected: {} actual: {}",
                      attribute.name, attribute.type, store::dynamodb::type_name(at->second)));
    }
  }
  check_key(store::dynamodb::key_of(schema_.key, item));
  check_index_keys(item);
  if (store::dynamodb::item_size(item) <= store::dynamodb::kMaxItemBytes) return;
  refuse(is_update ? "Item size to update has exceeded the maximum allowed size"
                   : "Item size has exceeded the maximum allowed size");
}

void DynamoDbTable::check_index_keys(const Item& item) const {
  for (const IndexSchema& each : schema_.indexes) {
    for (const KeyAttribute& attribute : attributes_of(each.key)) {
      auto at = item.find(attribute.name);
      if (at == item.end()) continue;
      if (store::dynamodb::type_name(at->second) != attribute.type) {
        refuse(fmt::format(
            "One or more parameter values were invalid: Type mismatch for Index Key "
            "{} Expected: {} Actual: {} IndexName: {}",
            attribute.name, attribute.type, store::dynamodb::type_name(at->second), each.name));
      }
      check_key_value(attribute, at->second, attribute.name != each.key.partition.name);
    }
  }
}

const IndexSchema& DynamoDbTable::index(const std::string& name) const {
  auto at = std::ranges::find(schema_.indexes, name, &IndexSchema::name);
  if (at == schema_.indexes.end()) refuse("The table does not have the specified index: " + name);
  return *at;
}

const KeySchema& DynamoDbTable::key_of_path(const std::string& name) const {
  return name.empty() ? schema_.key : index(name).key;
}

void DynamoDbTable::catch_up(TimePoint until) {
  while (!changes_.empty() && changes_.front().at <= until) {
    LaterChange& change = changes_.front();
    if (change.after) {
      indexed_.insert_or_assign(change.key, *change.after);
    } else {
      indexed_.erase(change.key);
    }
    changes_.pop_front();
  }
}

ReadPath DynamoDbTable::read_path(const std::string& name, TimePoint now, Duration lag) {
  if (!name.empty()) {
    const IndexSchema& schema = index(name);
    catch_up(now - lag);
    return index_path(schema);
  }
  ReadPath path;
  for (const auto& [key, item] : items_) path.items.push_back(item);
  for (const KeyAttribute& attribute : attributes_of(schema_.key))
    path.key.push_back(attribute.name);
  return path;
}

ReadPath DynamoDbTable::index_path(const IndexSchema& schema) const {
  ReadPath path;
  for (const auto& [key, item] : indexed_) {
    if (auto entry = store::dynamodb::index_entry(schema_, schema, item))
      path.items.push_back(std::move(*entry));
  }
  for (const KeySchema* key : {&schema.key, &schema_.key}) {
    for (const KeyAttribute& attribute : attributes_of(*key)) {
      if (std::ranges::find(path.key, attribute.name) == path.key.end())
        path.key.push_back(attribute.name);
    }
  }
  std::ranges::sort(path.items, [&](const Item& a, const Item& b) {
    return comes_before(a, b, schema.key, schema_.key);
  });
  return path;
}

}  // namespace walrus::testing
