// Reads DynamoDB's expressions, for dynamodb_expression.cc.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "testing/dynamodb_expression.h"

namespace walrus::testing {

class ExpressionParser {
 public:
  // `kind` is the parameter's name, which refusals begin with.
  ExpressionParser(Expressions& expressions, std::string_view kind, std::string_view text);

  Condition condition();  // and nothing behind it
  std::vector<std::string> projection();
  Change update(const std::set<std::string>& key);
  const std::vector<KeyTerm>& terms() const { return terms_; }

 private:
  using Value = store::dynamodb::AttributeValue;
  // Null: the item has no such attribute.
  using Operand = std::function<std::optional<Value>(const store::dynamodb::Item&)>;

  Condition any();
  Condition all();
  Condition negation();
  Condition primary();
  Condition function(const std::string& name);
  Condition comparison();
  Operand operand();
  Operand update_operand();
  Operand sum();
  std::string path();
  Value value();
  void set_clause();
  void remove_clause();
  void add_clause();
  std::string target();

  const std::string& token() const { return tokens_[at_]; }
  bool is_word(std::string_view word) const;
  bool take(std::string_view word);
  void expect(std::string_view word);
  std::string next();
  void end();
  [[noreturn]] void fail(const std::string& why) const;

  Expressions& expressions_;
  std::string kind_;
  std::vector<std::string> tokens_;  // the last one is empty
  std::size_t at_ = 0;
  std::vector<KeyTerm> terms_;
  std::set<std::string> targets_;
  std::set<std::string> key_;
  std::vector<std::function<void(store::dynamodb::Item& item, const store::dynamodb::Item& before)>>
      actions_;
};

}  // namespace walrus::testing
