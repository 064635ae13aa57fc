// DynamoDB's arithmetic: how large an item is, and what a write of it costs.
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html)
#pragma once

#include <cstddef>

#include "store/dynamodb/table_schema.h"

namespace walrus::store::dynamodb {

// In bytes; with the names. Of a number it is what the documents call approximate: a byte for two
// significant digits, one more, and one for the sign of a negative one.
std::size_t item_size(const Item& item);
std::size_t value_size(const AttributeValue& value);

// What a write costs in write units, of the table and of its indexes apart. `before` and `after`
// are the whole items; null: there was none, or there is none any more. A failed condition costs as
// much as the write of what is there (`after` equal to `before`).
struct WriteUnits {
  int table = 0;
  int indexes = 0;
  int total() const { return table + indexes; }
};
WriteUnits write_units(const TableSchema& table, const Item* before, const Item* after);

}  // namespace walrus::store::dynamodb
