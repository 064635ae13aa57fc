// DynamoDB's attribute values, and their form in JSON:
// {"S": text}, {"N": "12"}, {"B": base64}, {"BOOL": true}, {"NULL": true}, {"L": [...]},
// {"M": {...}} and {"SS": [...]}. Sets of numbers and of bytes are not used here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"

namespace walrus::store::dynamodb {

struct AttributeValue;

// A number as its text, so that all of its 38 digits stay what they are.
struct Number {
  std::string text;
  bool operator==(const Number&) const = default;
};
struct Binary {
  std::string bytes;
  bool operator==(const Binary&) const = default;
};
struct Null {
  bool operator==(const Null&) const = default;
};
using StringSet = std::set<std::string>;  // never empty
using List = std::vector<AttributeValue>;
// A map, an item, or its key.
using Item = std::map<std::string, AttributeValue, std::less<>>;

struct AttributeValue {
  std::variant<std::string, Number, Binary, bool, Null, List, Item, StringSet> value;
  bool operator==(const AttributeValue&) const = default;
};

inline AttributeValue text(std::string_view value) {
  return {std::string(value)};
}
inline AttributeValue number(std::int64_t value) {
  return {Number{std::to_string(value)}};
}
AttributeValue number(double value);  // finite, and read again as the same

// "S", "N" and so on.
std::string_view type_name(const AttributeValue& value);

// The attribute `name` if it is there and of that type; else null or nothing.
const std::string* find_text(const Item& item, std::string_view name);
std::optional<std::int64_t> find_integer(const Item& item, std::string_view name);
std::optional<double> find_double(const Item& item, std::string_view name);

json::value to_json(const AttributeValue& value);
json::object to_json(const Item& item);

// Errors: storage_unavailable where it is none of the forms above.
Result<AttributeValue> value_from_json(const json::value& value);
Result<Item> item_from_json(const json::object& object);

}  // namespace walrus::store::dynamodb
