// Pages of the fake DynamoDB's queries and scans, and the checks of its batches.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "testing/dynamodb_expression.h"
#include "testing/dynamodb_table.h"

namespace walrus::testing {

// Refuses what a Query cannot do: it needs the partition, and may narrow the sort key once.
void check_key_condition(const KeyCondition& condition, const store::dynamodb::KeySchema& key);

// One page of those that `wanted` holds for: as many as `Limit` and a megabyte allow to look at,
// and of these the ones that pass the filter.
json::object read_page(DynamoDbTable& table, const json::object& request, Expressions& expressions,
                       const Condition& wanted, TimePoint now, Duration lag);

store::dynamodb::Item projected(const store::dynamodb::Item& item,
                                const std::optional<std::vector<std::string>>& names);

void check_batch_writes(const DynamoDbTable& table, const json::array& requests);
void check_batch_keys(const DynamoDbTable& table, const json::array& keys);

}  // namespace walrus::testing
