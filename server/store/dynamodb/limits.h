// What DynamoDB allows of one request.
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html)
#pragma once

#include <cstddef>

namespace walrus::store::dynamodb {

inline constexpr std::size_t kMaxItemBytes = 400 << 10;  // with the attributes' names
inline constexpr std::size_t kMaxPartitionKeyBytes = 2048;
inline constexpr std::size_t kMaxSortKeyBytes = 1024;
inline constexpr std::size_t kMaxBatchWrites = 25;  // of one BatchWriteItem
inline constexpr std::size_t kMaxBatchReads = 100;  // of one BatchGetItem
inline constexpr std::size_t kMaxRequestBytes = 16 << 20;
inline constexpr std::size_t kMaxPageBytes = 1 << 20;  // that a Query or Scan looks at
inline constexpr int kMaxNumberDigits = 38;

inline constexpr std::size_t kWriteUnitBytes = 1 << 10;
inline constexpr std::size_t kReadUnitBytes = 4 << 10;

}  // namespace walrus::store::dynamodb
