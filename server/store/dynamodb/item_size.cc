#include "store/dynamodb/item_size.h"

#include <algorithm>
#include <string_view>

#include "store/dynamodb/decimal.h"
#include "store/dynamodb/limits.h"

namespace walrus::store::dynamodb {

namespace {

// Of a list or a map, whatever it holds, and of each of its elements.
constexpr std::size_t kContainerBytes = 3;
constexpr std::size_t kElementBytes = 1;

// Two digits share a byte where they stand at an even and the following odd power of ten.
std::size_t number_size(const Number& number) {
  std::optional<Decimal> decimal = Decimal::parse(number.text);
  if (!decimal || decimal->is_zero()) return 1;
  std::size_t digits = decimal->digits().size();
  bool first_stands_alone = decimal->leading_power() % 2 == 0;
  std::size_t pairs = first_stands_alone ? 1 + digits / 2 : (digits + 1) / 2;
  return 1 + pairs + (decimal->is_negative() ? 1 : 0);
}

struct SizeOf {
  std::size_t operator()(const std::string& text) const { return text.size(); }
  std::size_t operator()(const Number& number) const { return number_size(number); }
  std::size_t operator()(const Binary& binary) const { return binary.bytes.size(); }
  std::size_t operator()(bool) const { return 1; }
  std::size_t operator()(const Null&) const { return 1; }
  std::size_t operator()(const List& list) const {
    std::size_t size = kContainerBytes;
    for (const AttributeValue& value : list) size += kElementBytes + value_size(value);
    return size;
  }
  std::size_t operator()(const Item& map) const {
    return kContainerBytes + map.size() * kElementBytes + item_size(map);
  }
  std::size_t operator()(const StringSet& set) const {
    std::size_t size = 0;
    for (const std::string& text : set) size += text.size();
    return size;
  }
};

int units_of(const Item& item) {
  std::size_t whole = (item_size(item) + kWriteUnitBytes - 1) / kWriteUnitBytes;
  return static_cast<int>(std::max<std::size_t>(whole, 1));
}

int table_units(const Item* before, const Item* after) {
  return std::max({1, before ? units_of(*before) : 0, after ? units_of(*after) : 0});
}

std::optional<Item> entry_of(const TableSchema& table, const IndexSchema& index, const Item* item) {
  return item ? index_entry(table, index, *item) : std::nullopt;
}

// An entry whose key changes is taken out and put in anew: two writes.
int index_units(const TableSchema& table, const IndexSchema& index, const Item* before,
                const Item* after) {
  std::optional<Item> old_entry = entry_of(table, index, before);
  std::optional<Item> new_entry = entry_of(table, index, after);
  if (old_entry == new_entry) return 0;
  if (!old_entry) return units_of(*new_entry);
  if (!new_entry) return units_of(*old_entry);
  bool same_key = key_of(index.key, *old_entry) == key_of(index.key, *new_entry);
  if (same_key) return std::max(units_of(*old_entry), units_of(*new_entry));
  return units_of(*old_entry) + units_of(*new_entry);
}

}  // namespace

std::size_t value_size(const AttributeValue& value) {
  return std::visit(SizeOf(), value.value);
}

std::size_t item_size(const Item& item) {
  std::size_t size = 0;
  for (const auto& [name, value] : item) size += name.size() + value_size(value);
  return size;
}

WriteUnits write_units(const TableSchema& table, const Item* before, const Item* after) {
  WriteUnits units{.table = table_units(before, after)};
  for (const IndexSchema& index : table.indexes)
    units.indexes += index_units(table, index, before, after);
  return units;
}

}  // namespace walrus::store::dynamodb
