#include "testing/dynamodb_expression_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace walrus::testing {

using store::dynamodb::AttributeValue;
using store::dynamodb::Item;
using store::dynamodb::List;
using store::dynamodb::StringSet;

namespace {

constexpr std::string_view kNoSuchAttribute =
    "The provided expression refers to an attribute that does not exist in the item";
constexpr std::string_view kWrongType =
    "An operand in the update expression has an incorrect data type";

bool is_name_character(char c) {
  char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '#' ||
         c == ':';
}

std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  while (!text.empty()) {
    std::size_t size = 1;
    if (is_name_character(text[0])) {
      while (size < text.size() && is_name_character(text[size])) ++size;
    } else if (text.starts_with("<>") || text.starts_with("<=") || text.starts_with(">=")) {
      size = 2;
    }
    if (text[0] != ' ') tokens.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  tokens.emplace_back();
  return tokens;
}

bool is_equal(const AttributeValue& a, const AttributeValue& b) {
  auto order = compare_values(a, b);
  return order ? *order == 0 : a == b;
}

bool satisfies(const std::optional<AttributeValue>& left, std::string_view comparison,
               const std::optional<AttributeValue>& right) {
  if (!left || !right) return comparison == "<>" && (left || right);
  if (comparison == "=") return is_equal(*left, *right);
  if (comparison == "<>") return !is_equal(*left, *right);
  auto order = compare_values(*left, *right);
  if (!order) return false;
  if (comparison == "<") return *order < 0;
  if (comparison == "<=") return *order <= 0;
  return comparison == ">" ? *order > 0 : *order >= 0;
}

bool begins_with(const AttributeValue& value, const AttributeValue& prefix) {
  const auto* text = std::get_if<std::string>(&value.value);
  const auto* start = std::get_if<std::string>(&prefix.value);
  return text && start && text->starts_with(*start);
}

bool contains(const AttributeValue& value, const AttributeValue& part) {
  const auto* text = std::get_if<std::string>(&part.value);
  if (const auto* whole = std::get_if<std::string>(&value.value))
    return text && whole->contains(*text);
  if (const auto* set = std::get_if<StringSet>(&value.value)) return text && set->contains(*text);
  const auto* list = std::get_if<List>(&value.value);
  return list && std::ranges::find(*list, part) != list->end();
}

std::optional<AttributeValue> size_of(const std::optional<AttributeValue>& value) {
  if (!value) return std::nullopt;
  std::optional<std::size_t> size;
  if (const auto* text = std::get_if<std::string>(&value->value)) size = text->size();
  if (const auto* list = std::get_if<List>(&value->value)) size = list->size();
  if (const auto* map = std::get_if<Item>(&value->value)) size = map->size();
  if (const auto* set = std::get_if<StringSet>(&value->value)) size = set->size();
  if (const auto* bytes = std::get_if<store::dynamodb::Binary>(&value->value))
    size = bytes->bytes.size();
  return size ? std::optional(store::dynamodb::number(static_cast<std::int64_t>(*size)))
              : std::nullopt;
}

// The store counts in integers.
std::int64_t integer_of(const std::optional<AttributeValue>& value) {
  if (!value) refuse(std::string(kNoSuchAttribute));
  Item holder{{"n", *value}};
  std::optional<std::int64_t> number = store::dynamodb::find_integer(holder, "n");
  if (!number) refuse(std::string(kWrongType));
  return *number;
}

AttributeValue added(const AttributeValue& old, const AttributeValue& more) {
  const auto* new_texts = std::get_if<StringSet>(&more.value);
  if (!new_texts) return store::dynamodb::number(integer_of(old) + integer_of(more));
  const auto* texts = std::get_if<StringSet>(&old.value);
  if (!texts) refuse(std::string(kWrongType));
  StringSet all = *texts;
  all.insert(new_texts->begin(), new_texts->end());
  return {all};
}

}  // namespace

ExpressionParser::ExpressionParser(Expressions& expressions, std::string_view kind,
                                   std::string_view text)
    : expressions_(expressions), kind_(kind), tokens_(tokens_of(text)) {
  if (tokens_.size() == 1) fail("The expression can not be empty;");
}

void ExpressionParser::fail(const std::string& why) const {
  refuse(fmt::format("Invalid {}: {}", kind_, why));
}

bool ExpressionParser::is_word(std::string_view word) const {
  return equal_ignoring_case(token(), word);
}

bool ExpressionParser::take(std::string_view word) {
  if (!is_word(word)) return false;
  ++at_;
  return true;
}

void ExpressionParser::expect(std::string_view word) {
  if (!take(word))
    fail(fmt::format("Syntax error; token: \"{}\"", token().empty() ? "<EOF>" : token()));
}

std::string ExpressionParser::next() {
  if (token().empty()) expect("an operand");
  return tokens_[at_++];
}

void ExpressionParser::end() {
  expect("");
}

Condition ExpressionParser::condition() {
  Condition whole = any();
  end();
  return whole;
}

Condition ExpressionParser::any() {
  Condition left = all();
  while (take("OR")) {
    left = [left, right = all()](const Item& item) { return left(item) || right(item); };
  }
  return left;
}

Condition ExpressionParser::all() {
  Condition left = negation();
  while (take("AND")) {
    left = [left, right = negation()](const Item& item) { return left(item) && right(item); };
  }
  return left;
}

Condition ExpressionParser::negation() {
  if (!take("NOT")) return primary();
  return [inner = negation()](const Item& item) { return !inner(item); };
}

Condition ExpressionParser::primary() {
  if (take("(")) {
    Condition inner = any();
    expect(")");
    return inner;
  }
  for (const char* name : {"attribute_exists", "attribute_not_exists", "begins_with", "contains"}) {
    if (take(name)) return function(name);
  }
  return comparison();
}

Condition ExpressionParser::function(const std::string& name) {
  expect("(");
  std::string attribute = path();
  Condition result;
  if (name == "attribute_exists") {
    result = [attribute](const Item& item) { return item.contains(attribute); };
  } else if (name == "attribute_not_exists") {
    result = [attribute](const Item& item) { return !item.contains(attribute); };
  } else {
    expect(",");
    auto test = name == "contains" ? contains : begins_with;
    result = [attribute, test, argument = value()](const Item& item) {
      auto at = item.find(attribute);
      return at != item.end() && test(at->second, argument);
    };
  }
  expect(")");
  terms_.push_back({attribute, name});
  return result;
}

Condition ExpressionParser::comparison() {
  std::string first_token = token();
  Operand left = operand();
  std::string attribute = first_token.starts_with('#') ? expressions_.names_.at(first_token) : "";
  if (take("BETWEEN")) {
    Operand low = operand();
    expect("AND");
    Operand high = operand();
    terms_.push_back({attribute, "BETWEEN"});
    return [left, low, high](const Item& item) {
      return satisfies(left(item), ">=", low(item)) && satisfies(left(item), "<=", high(item));
    };
  }
  if (take("IN")) {
    std::vector<Operand> choices;
    expect("(");
    do choices.push_back(operand());
    while (take(","));
    expect(")");
    terms_.push_back({attribute, "IN"});
    return [left, choices](const Item& item) {
      return std::ranges::any_of(
          choices, [&](const Operand& choice) { return satisfies(left(item), "=", choice(item)); });
    };
  }
  for (const char* sign : {"=", "<>", "<", "<=", ">", ">="}) {
    if (!take(sign)) continue;
    terms_.push_back({attribute, sign});
    return [left, sign, right = operand()](const Item& item) {
      return satisfies(left(item), sign, right(item));
    };
  }
  fail(fmt::format("Syntax error; token: \"{}\"", token()));
}

ExpressionParser::Operand ExpressionParser::operand() {
  if (take("size")) {
    expect("(");
    std::string attribute = path();
    expect(")");
    return [attribute](const Item& item) {
      auto at = item.find(attribute);
      return size_of(at == item.end() ? std::nullopt : std::optional(at->second));
    };
  }
  if (token().starts_with(':'))
    return [fixed = value()](const Item&) { return std::optional(fixed); };
  return [attribute = path()](const Item& item) {
    auto at = item.find(attribute);
    return at == item.end() ? std::nullopt : std::optional(at->second);
  };
}

// The real service takes a name that is not among its reserved words; this one calls each a
// reserved word, because the client aliases all of them.
std::string ExpressionParser::path() {
  std::string alias = next();
  if (!alias.starts_with('#'))
    fail(fmt::format("Attribute name is a reserved keyword; reserved keyword: {}", alias));
  auto at = expressions_.names_.find(alias);
  if (at == expressions_.names_.end()) {
    fail(
        fmt::format("An expression attribute name used in the document path is not defined; "
                    "attribute name: {}",
                    alias));
  }
  expressions_.used_.insert(alias);
  return at->second;
}

AttributeValue ExpressionParser::value() {
  std::string alias = next();
  auto at = expressions_.values_.find(alias);
  if (at == expressions_.values_.end()) {
    fail(
        fmt::format("An expression attribute value used in expression is not defined; "
                    "attribute value: {}",
                    alias));
  }
  expressions_.used_.insert(alias);
  return at->second;
}

std::vector<std::string> ExpressionParser::projection() {
  std::vector<std::string> names;
  do names.push_back(path());
  while (take(","));
  end();
  return names;
}

Change ExpressionParser::update(const std::set<std::string>& key) {
  key_ = key;
  while (!token().empty()) {
    if (take("SET")) {
      do set_clause();
      while (take(","));
    } else if (take("REMOVE")) {
      do remove_clause();
      while (take(","));
    } else {
      expect("ADD");
      do add_clause();
      while (take(","));
    }
  }
  return [actions = std::move(actions_)](const Item& before) {
    Item item = before;
    for (const auto& action : actions) action(item, before);
    return item;
  };
}

std::string ExpressionParser::target() {
  std::string attribute = path();
  if (key_.contains(attribute)) {
    refuse(
        fmt::format("One or more parameter values were invalid: Cannot update attribute {}. "
                    "This attribute is part of the key",
                    attribute));
  }
  if (!targets_.insert(attribute).second) {
    fail(
        fmt::format("Two document paths overlap with each other; must remove or rewrite one of "
                    "these paths; path one: [{0}], path two: [{0}]",
                    attribute));
  }
  return attribute;
}

void ExpressionParser::set_clause() {
  std::string attribute = target();
  expect("=");
  actions_.emplace_back([attribute, result = sum()](Item& item, const Item& before) {
    std::optional<AttributeValue> value = result(before);
    if (!value) refuse(std::string(kNoSuchAttribute));
    item.insert_or_assign(attribute, *value);
  });
}

void ExpressionParser::remove_clause() {
  actions_.emplace_back([attribute = target()](Item& item, const Item&) { item.erase(attribute); });
}

void ExpressionParser::add_clause() {
  std::string attribute = target();
  actions_.emplace_back([attribute, more = value()](Item& item, const Item& before) {
    auto at = before.find(attribute);
    AttributeValue sum = at == before.end() ? more : added(at->second, more);
    item.insert_or_assign(attribute, sum);
  });
}

ExpressionParser::Operand ExpressionParser::sum() {
  Operand left = update_operand();
  std::int64_t sign = is_word("+") ? 1 : is_word("-") ? -1 : 0;
  if (sign == 0) return left;
  ++at_;
  return [left, sign, right = update_operand()](const Item& item) -> std::optional<AttributeValue> {
    return store::dynamodb::number(integer_of(left(item)) + sign * integer_of(right(item)));
  };
}

ExpressionParser::Operand ExpressionParser::update_operand() {
  bool is_default = is_word("if_not_exists");
  if (!is_default && !is_word("list_append")) return operand();
  ++at_;
  expect("(");
  Operand first = update_operand();
  expect(",");
  Operand second = update_operand();
  expect(")");
  if (is_default) {
    return [first, second](const Item& item) {
      std::optional<AttributeValue> present = first(item);
      return present ? present : second(item);
    };
  }
  return [first, second](const Item& item) -> std::optional<AttributeValue> {
    std::optional<AttributeValue> left = first(item), right = second(item);
    const List* head = left ? std::get_if<List>(&left->value) : nullptr;
    const List* tail = right ? std::get_if<List>(&right->value) : nullptr;
    if (!head || !tail) refuse(std::string(kWrongType));
    List whole = *head;
    whole.insert(whole.end(), tail->begin(), tail->end());
    return AttributeValue{whole};
  };
}

}  // namespace walrus::testing
