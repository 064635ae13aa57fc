// DynamoDB's expressions, as far as the store writes them: on whole attributes, each by its alias.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/dynamodb/attribute_value.h"

namespace walrus::testing {

// A refusal of the fake service; thrown inside it alone, and answered in one place.
struct ServiceFault {
  std::string type;
  std::string message;
  json::object more = {};  // beside type and message
};

[[noreturn]] void refuse(std::string message);  // as a ValidationException

// Refuses what is no item, and brings its numbers into the form in which the service keeps them.
store::dynamodb::Item read_item(const json::object& object);

// Less, equal, greater of two values of one type that has an order (S, N, B); else nothing.
std::optional<std::strong_ordering> compare_values(const store::dynamodb::AttributeValue& a,
                                                   const store::dynamodb::AttributeValue& b);

using Condition = std::function<bool(const store::dynamodb::Item&)>;

using Change = std::function<store::dynamodb::Item(const store::dynamodb::Item& before)>;

// What a KeyConditionExpression says of one attribute.
struct KeyTerm {
  std::string attribute;
  std::string comparison;  // "=", "<", "BETWEEN", "begins_with" and so on
};
struct KeyCondition {
  Condition holds;
  std::vector<KeyTerm> terms;
};

// The expressions of one request, which share ExpressionAttributeNames and -Values.
class Expressions {
 public:
  explicit Expressions(const json::object& request);

  // Nothing where the request has no expression of that name.
  std::optional<Condition> condition(std::string_view name);
  KeyCondition key_condition();
  std::optional<std::vector<std::string>> projection();
  // What UpdateExpression makes of an item; `key` are the names that it may not touch.
  Change update(const std::set<std::string>& key);

  // Refuses what was given and used in no expression. Goes after all of the above.
  void refuse_unused() const;

 private:
  friend class ExpressionParser;

  const json::object& request_;
  std::map<std::string, std::string, std::less<>> names_;
  store::dynamodb::Item values_;
  std::set<std::string, std::less<>> used_;
};

}  // namespace walrus::testing
