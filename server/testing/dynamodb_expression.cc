#include "testing/dynamodb_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "store/dynamodb/decimal.h"
#include "testing/dynamodb_expression_parser.h"

namespace walrus::testing {

using store::dynamodb::AttributeValue;
using store::dynamodb::Binary;
using store::dynamodb::Decimal;
using store::dynamodb::Item;
using store::dynamodb::Number;

namespace {

// "-12.5": without an exponent, and without zeros that say nothing.
std::string plain_text(const Decimal& decimal) {
  if (decimal.is_zero()) return "0";
  auto before_point = static_cast<std::ptrdiff_t>(decimal.leading_power()) + 1;
  std::string digits = decimal.digits();
  if (before_point <= 0) digits.insert(0, static_cast<std::size_t>(1 - before_point), '0');
  auto point = static_cast<std::size_t>(std::max<std::ptrdiff_t>(before_point, 1));
  if (digits.size() < point) digits.append(point - digits.size(), '0');
  if (digits.size() > point) digits.insert(point, 1, '.');
  return (decimal.is_negative() ? "-" : "") + digits;
}

void bring_into_form(AttributeValue& value) {
  if (auto* number = std::get_if<Number>(&value.value)) {
    std::optional<Decimal> decimal = Decimal::parse(number->text);
    if (!decimal) refuse("The parameter cannot be converted to a numeric value: " + number->text);
    number->text = plain_text(*decimal);
  }
  if (auto* list = std::get_if<store::dynamodb::List>(&value.value)) {
    for (AttributeValue& element : *list) bring_into_form(element);
  }
  if (auto* map = std::get_if<Item>(&value.value)) {
    for (auto& [name, inner] : *map) bring_into_form(inner);
  }
}

}  // namespace

Item read_item(const json::object& object) {
  Result<Item> item = store::dynamodb::item_from_json(object);
  if (!item) refuse("Supplied AttributeValue is not valid: " + item.error().detail);
  for (auto& [name, value] : *item) bring_into_form(value);
  return std::move(*item);
}

void refuse(std::string message) {
  throw ServiceFault{"ValidationException", std::move(message)};
}

std::optional<std::strong_ordering> compare_values(const AttributeValue& a,
                                                   const AttributeValue& b) {
  if (a.value.index() != b.value.index()) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&a.value))
    return *text <=> std::get<std::string>(b.value);
  if (const auto* bytes = std::get_if<Binary>(&a.value))
    return bytes->bytes <=> std::get<Binary>(b.value).bytes;
  const auto* number = std::get_if<Number>(&a.value);
  if (!number) return std::nullopt;
  return *Decimal::parse(number->text) <=> *Decimal::parse(std::get<Number>(b.value).text);
}

Expressions::Expressions(const json::object& request) : request_(request) {
  if (const json::object* names = find_object(request, "ExpressionAttributeNames")) {
    for (const auto& [alias, name] : *names)
      names_.emplace(alias, std::string(view(name.as_string())));
  }
  if (const json::object* values = find_object(request, "ExpressionAttributeValues")) {
    values_ = read_item(*values);
  }
}

std::optional<Condition> Expressions::condition(std::string_view name) {
  const json::string* text = find_string(request_, name);
  if (!text) return std::nullopt;
  return ExpressionParser(*this, name, view(*text)).condition();
}

KeyCondition Expressions::key_condition() {
  const json::string* text = find_string(request_, "KeyConditionExpression");
  if (!text)
    refuse(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
        "request.");
  ExpressionParser parser(*this, "KeyConditionExpression", view(*text));
  Condition holds = parser.condition();
  return {std::move(holds), parser.terms()};
}

std::optional<std::vector<std::string>> Expressions::projection() {
  const json::string* text = find_string(request_, "ProjectionExpression");
  if (!text) return std::nullopt;
  return ExpressionParser(*this, "ProjectionExpression", view(*text)).projection();
}

Change Expressions::update(const std::set<std::string>& key) {
  const json::string* text = find_string(request_, "UpdateExpression");
  if (!text) return [](const Item& before) { return before; };
  return ExpressionParser(*this, "UpdateExpression", view(*text)).update(key);
}

void Expressions::refuse_unused() const {
  for (const auto& [alias, name] : names_) {
    if (!used_.contains(alias))
      refuse(fmt::format(
          "Value provided in ExpressionAttributeNames unused in expressions: keys: {{{}}}", alias));
  }
  for (const auto& [alias, value] : values_) {
    if (!used_.contains(alias))
      refuse(fmt::format(
          "Value provided in ExpressionAttributeValues unused in expressions: keys: {{{}}}",
          alias));
  }
}

}  // namespace walrus::testing
