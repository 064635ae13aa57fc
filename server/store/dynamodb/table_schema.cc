#include "store/dynamodb/table_schema.h"

#include <map>
#include <string_view>

namespace walrus::store::dynamodb {

namespace {

std::vector<KeyAttribute> attributes_of(const KeySchema& key) {
  std::vector<KeyAttribute> attributes{key.partition};
  if (key.sort) attributes.push_back(*key.sort);
  return attributes;
}

json::array key_json(const KeySchema& key) {
  json::array out;
  out.push_back(json::object{{"AttributeName", key.partition.name}, {"KeyType", "HASH"}});
  if (key.sort)
    out.push_back(json::object{{"AttributeName", key.sort->name}, {"KeyType", "RANGE"}});
  return out;
}

std::string_view word(Projection::Kind kind) {
  switch (kind) {
    case Projection::Kind::kKeysOnly:
      return "KEYS_ONLY";
    case Projection::Kind::kInclude:
      return "INCLUDE";
    case Projection::Kind::kAll:
      break;
  }
  return "ALL";
}

json::object projection_json(const Projection& projection) {
  json::object out{{"ProjectionType", word(projection.kind)}};
  if (projection.kind != Projection::Kind::kInclude) return out;
  json::array included;
  for (const std::string& name : projection.included) included.emplace_back(name);
  out["NonKeyAttributes"] = std::move(included);
  return out;
}

json::array indexes_json(const std::vector<IndexSchema>& indexes) {
  json::array out;
  for (const IndexSchema& index : indexes) {
    out.push_back(json::object{{"IndexName", index.name},
                               {"KeySchema", key_json(index.key)},
                               {"Projection", projection_json(index.projection)}});
  }
  return out;
}

// Every key attribute of the table and its indexes, once.
json::array definitions_json(const TableSchema& table) {
  std::map<std::string, std::string> types;
  auto note = [&types](const KeySchema& key) {
    for (const KeyAttribute& attribute : attributes_of(key))
      types.emplace(attribute.name, attribute.type);
  };
  note(table.key);
  for (const IndexSchema& index : table.indexes) note(index.key);
  json::array out;
  for (const auto& [name, type] : types)
    out.push_back(json::object{{"AttributeName", name}, {"AttributeType", type}});
  return out;
}

}  // namespace

json::object create_table_parameters(const TableSchema& table) {
  json::object out{{"TableName", table.name},
                   {"BillingMode", "PAY_PER_REQUEST"},
                   {"AttributeDefinitions", definitions_json(table)},
                   {"KeySchema", key_json(table.key)}};
  if (!table.indexes.empty()) out["GlobalSecondaryIndexes"] = indexes_json(table.indexes);
  return out;
}

Item key_of(const KeySchema& key, const Item& item) {
  Item out;
  for (const KeyAttribute& attribute : attributes_of(key)) {
    if (auto at = item.find(attribute.name); at != item.end()) out.insert(*at);
  }
  return out;
}

std::optional<Item> index_entry(const TableSchema& table, const IndexSchema& index,
                                const Item& item) {
  Item entry = key_of(index.key, item);
  if (entry.size() != attributes_of(index.key).size()) return std::nullopt;
  if (index.projection.kind == Projection::Kind::kAll) return item;
  entry.merge(key_of(table.key, item));
  for (const std::string& name : index.projection.included) {
    if (auto at = item.find(name); at != item.end()) entry.insert(*at);
  }
  return entry;
}

}  // namespace walrus::store::dynamodb
