// What a table and its indexes are made of.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/dynamodb/attribute_value.h"

namespace walrus::store::dynamodb {

struct KeyAttribute {
  std::string name;
  std::string type = "S";  // or "N", "B"
};

struct KeySchema {
  KeyAttribute partition;
  std::optional<KeyAttribute> sort;
};

// Which attributes an index holds beside the keys, its own and the table's.
struct Projection {
  enum class Kind { kKeysOnly, kInclude, kAll };
  Kind kind = Kind::kKeysOnly;
  std::set<std::string> included = {};  // of kInclude
};

struct IndexSchema {
  std::string name;
  KeySchema key;
  Projection projection = {};
};

struct TableSchema {
  std::string name;
  KeySchema key;
  std::vector<IndexSchema> indexes = {};  // global secondary ones
};

// The parameters of CreateTable, paid by request.
json::object create_table_parameters(const TableSchema& table);

// The attributes of `item` that `key` names. What is missing there is missing here.
Item key_of(const KeySchema& key, const Item& item);

// What the index holds of the item; nothing where the item lacks one of the index's keys.
std::optional<Item> index_entry(const TableSchema& table, const IndexSchema& index,
                                const Item& item);

}  // namespace walrus::store::dynamodb
