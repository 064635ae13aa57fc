#include "testing/dynamodb_reads.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "store/dynamodb/limits.h"

namespace walrus::testing {

using store::dynamodb::Item;
using store::dynamodb::KeySchema;

namespace {

const std::set<std::string> kSortComparisons{"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"};

bool flag_or(const json::object& request, std::string_view name, bool otherwise) {
  const json::value* value = request.if_contains(name);
  return value ? value->as_bool() : otherwise;
}

Item key_at(const Item& item, const std::vector<std::string>& names) {
  Item key;
  for (const std::string& name : names) key.insert(*item.find(name));
  return key;
}

// Without those up to ExclusiveStartKey, in the order that is asked for.
void go_to_start(std::vector<Item>& items, const json::object& request, const KeySchema& path,
                 const KeySchema& table) {
  bool forward = flag_or(request, "ScanIndexForward", true);
  if (!forward) std::ranges::reverse(items);
  const json::object* given = find_object(request, "ExclusiveStartKey");
  if (!given) return;
  Item start = read_item(*given);
  std::erase_if(items, [&](const Item& item) {
    return forward ? !comes_before(start, item, path, table)
                   : !comes_before(item, start, path, table);
  });
}

}  // namespace

void check_key_condition(const KeyCondition& condition, const KeySchema& key) {
  bool has_partition = false;
  int sorts = 0;
  for (const KeyTerm& term : condition.terms) {
    if (term.attribute == key.partition.name && term.comparison == "=" && !has_partition) {
      has_partition = true;
    } else if (key.sort && term.attribute == key.sort->name &&
               kSortComparisons.contains(term.comparison) && ++sorts == 1) {
      continue;
    } else {
      refuse("Query key condition not supported");
    }
  }
  if (!has_partition) refuse("Query condition missed key schema element: " + key.partition.name);
}

Item projected(const Item& item, const std::optional<std::vector<std::string>>& names) {
  if (!names) return item;
  Item out;
  for (const std::string& name : *names) {
    if (auto at = item.find(name); at != item.end()) out.insert(*at);
  }
  return out;
}

json::object read_page(DynamoDbTable& table, const json::object& request, Expressions& expressions,
                       const Condition& wanted, TimePoint now, Duration lag) {
  std::optional<Condition> filter = expressions.condition("FilterExpression");
  auto projection = expressions.projection();
  expressions.refuse_unused();
  const json::string* name = find_string(request, "IndexName");
  std::string index = name ? std::string(view(*name)) : "";
  if (!index.empty() && flag_or(request, "ConsistentRead", false))
    refuse("Consistent reads are not supported on global secondary indexes");
  ReadPath path = table.read_path(index, now, lag);
  std::erase_if(path.items, [&](const Item& item) { return !wanted(item); });
  go_to_start(path.items, request, table.key_of_path(index), table.schema().key);

  auto limit = static_cast<std::size_t>(find_integer(request, "Limit").value_or(1 << 30));
  if (limit == 0)
    refuse(
        "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member "
        "must have value greater than or equal to 1");
  json::array found;
  std::size_t seen = 0;
  std::size_t bytes = 0;
  while (seen < path.items.size() && seen < limit && bytes < store::dynamodb::kMaxPageBytes) {
    const Item& item = path.items[seen++];
    bytes += store::dynamodb::item_size(item);
    if (!filter || (*filter)(item))
      found.push_back(store::dynamodb::to_json(projected(item, projection)));
  }
  json::object answer{{"Count", found.size()}, {"ScannedCount", seen}};
  answer["Items"] = std::move(found);
  // Like the real one, it does not look ahead: a page that ends at its limit has a key even where
  // nothing follows.
  if (seen > 0 && (seen < path.items.size() || seen == limit))
    answer["LastEvaluatedKey"] = store::dynamodb::to_json(key_at(path.items[seen - 1], path.key));
  return answer;
}

void check_batch_writes(const DynamoDbTable& table, const json::array& requests) {
  std::set<Item, KeyOrder> keys{KeyOrder(table.schema().key)};
  for (const json::value& request : requests) {
    const json::object* put = find_object(request.as_object(), "PutRequest");
    Item item = read_item(put ? put->at("Item").as_object()
                              : request.at("DeleteRequest").at("Key").as_object());
    if (put) table.check_item(item, false);
    if (!put) table.check_key(item);
    if (!keys.insert(store::dynamodb::key_of(table.schema().key, item)).second)
      refuse("Provided list of item keys contains duplicates");
  }
}

void check_batch_keys(const DynamoDbTable& table, const json::array& given) {
  if (given.size() > store::dynamodb::kMaxBatchReads)
    refuse("Too many items requested for the BatchGetItem call");
  std::set<Item, KeyOrder> keys{KeyOrder(table.schema().key)};
  for (const json::value& each : given) {
    Item key = read_item(each.as_object());
    table.check_key(key);
    if (!keys.insert(key).second) refuse("Provided list of item keys contains duplicates");
  }
}

}  // namespace walrus::testing
