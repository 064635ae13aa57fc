// Writes the expressions of a request. No attribute is named in them by itself: DynamoDB reserves
// 573 words, `status`, `ttl`, `owner` and `timestamp` among them, so that each gets an alias.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/dynamodb/attribute_value.h"

namespace walrus::store::dynamodb {

// The aliases of one request, and the conditions written with them.
class Aliases {
 public:
  // "#n0"; the same alias for the same name.
  std::string name(std::string_view attribute);
  // ":v0".
  std::string value(AttributeValue value);

  std::string exists(std::string_view attribute);
  std::string missing(std::string_view attribute);
  std::string equal(std::string_view attribute, AttributeValue value);
  // `comparison` is "<", "<=", ">", ">=" or "<>".
  std::string compare(std::string_view attribute, std::string_view comparison,
                      AttributeValue value);
  std::string begins_with(std::string_view attribute, std::string_view prefix);
  std::string between(std::string_view attribute, AttributeValue low, AttributeValue high);
  std::string one_of(std::string_view attribute, std::vector<AttributeValue> values);
  // The names, as a projection has them.
  std::string projection(const std::vector<std::string>& attributes);

  // Sets ExpressionAttributeNames and ExpressionAttributeValues, where there are any.
  void put_into(json::object& parameters) const;

 private:
  std::map<std::string, std::string, std::less<>> names_;  // attribute to alias
  Item values_;
};

// "(a) AND (b)", "(a) OR (b)"; what is empty is left out.
std::string all_of(const std::vector<std::string>& conditions);
std::string any_of(const std::vector<std::string>& conditions);

// The clauses of an UpdateExpression, in any order.
class Update {
 public:
  explicit Update(Aliases& aliases) : aliases_(aliases) {}

  Update& set(std::string_view attribute, AttributeValue value);
  Update& set_if_missing(std::string_view attribute, AttributeValue value);
  Update& append(std::string_view attribute, List values);  // to a list, which may be missing
  Update& remove(std::string_view attribute);
  // A number that may be missing, and counts as 0 then; or strings to a set.
  Update& add(std::string_view attribute, AttributeValue value);

  std::string expression() const;

 private:
  Aliases& aliases_;
  std::vector<std::string> sets_;
  std::vector<std::string> removes_;
  std::vector<std::string> adds_;
};

}  // namespace walrus::store::dynamodb
