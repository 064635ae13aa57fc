// Reads and writes of many items, which take DynamoDB several requests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/dynamodb/attribute_value.h"
#include "store/dynamodb/client.h"

namespace walrus::store::dynamodb {

struct ItemPage {
  std::vector<Item> items;
  std::optional<Item> next;  // the ExclusiveStartKey of what follows; nothing: that was all
};

// `operation` is "Query" or "Scan". Goes on over pages that hold fewer items than they looked at,
// or none, until `at_most` items (one or more) are there or all have been seen. None
// looks at more than is still wanted, so a filter that lets little through makes many requests.
Task<CallResult<ItemPage>> read_items(Client& client, std::string operation,
                                      json::object parameters, int at_most, CallLimits limits = {});

struct BatchWrite {
  std::string table;
  Item key;
  std::optional<Item> put;  // nothing: what is at the key is deleted
};

// In any order and without conditions. Of several writes of one key the last one counts. On an
// error any of them may have been made (maybe_done); all are safe to repeat.
Task<CallResult<void>> write_batch(Client& client, std::vector<BatchWrite> writes,
                                   CallLimits limits = {});

// Those that are there, in any order; a key that comes twice is read once.
Task<CallResult<std::vector<Item>>> read_batch(Client& client, std::string table,
                                               std::vector<Item> keys, bool consistent,
                                               CallLimits limits = {});

}  // namespace walrus::store::dynamodb
