// A table of the fake DynamoDB, with its indexes, which may lag behind.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/executor.h"
#include "store/dynamodb/item_size.h"
#include "store/dynamodb/table_schema.h"

namespace walrus::testing {

// Keys in the order in which a scan meets them: partitions by a hash, as there, and each by its
// sort key.
class KeyOrder {
 public:
  explicit KeyOrder(const store::dynamodb::KeySchema& key) : key_(key) {}
  bool operator()(const store::dynamodb::Item& a, const store::dynamodb::Item& b) const;

 private:
  store::dynamodb::KeySchema key_;
};

// Whether `a` comes before `b` on a way through an index or a table.
bool comes_before(const store::dynamodb::Item& a, const store::dynamodb::Item& b,
                  const store::dynamodb::KeySchema& path, const store::dynamodb::KeySchema& table);

// A Query's or Scan's way: the table, or one of its indexes.
struct ReadPath {
  std::vector<store::dynamodb::Item> items;  // in order
  std::vector<std::string> key;              // attributes of an ExclusiveStartKey
};

class DynamoDbTable {
 public:
  using Item = store::dynamodb::Item;

  // Usable from `ready_at` on.
  DynamoDbTable(store::dynamodb::TableSchema schema, TimePoint ready_at);
  // Of CreateTable's parameters.
  static store::dynamodb::TableSchema read_schema(const json::object& parameters);

  const store::dynamodb::TableSchema& schema() const { return schema_; }
  bool is_ready(TimePoint now) const { return now >= ready_at_; }

  const Item* find(const Item& key) const;
  // Puts, or deletes where `after` is null, and counts what it costs.
  store::dynamodb::WriteUnits write(const Item& key, const Item* after, TimePoint now);
  void count(store::dynamodb::WriteUnits units);
  store::dynamodb::WriteUnits written() const { return written_; }
  // Every item that `ttl` names a second before `now` in; deleted without cost.
  int expire(TimePoint now);

  // Refuses a key that is not the table's, and an item that could not be stored.
  void check_key(const Item& key) const;
  void check_item(const Item& item, bool is_update) const;

  // `index` is empty: the table itself. What an index holds is what was written `lag` before.
  ReadPath read_path(const std::string& index, TimePoint now, Duration lag);
  // That of the table or the index.
  const store::dynamodb::KeySchema& key_of_path(const std::string& index) const;

  std::optional<std::string> ttl;  // the attribute

 private:
  using Items = std::map<Item, Item, KeyOrder>;  // by key
  struct LaterChange {
    TimePoint at;
    Item key;
    std::optional<Item> after;
  };

  const store::dynamodb::IndexSchema& index(const std::string& name) const;
  void check_index_keys(const Item& item) const;
  ReadPath index_path(const store::dynamodb::IndexSchema& index) const;
  void catch_up(TimePoint until);

  store::dynamodb::TableSchema schema_;
  TimePoint ready_at_;
  Items items_;
  Items indexed_;  // as the indexes see them
  std::deque<LaterChange> changes_;
  store::dynamodb::WriteUnits written_;
};

}  // namespace walrus::testing
