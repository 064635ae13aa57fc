// The operations of the fake DynamoDB, on tables in memory. Refusals are thrown (ServiceFault).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "testing/dynamodb_expression.h"
#include "testing/dynamodb_table.h"

namespace walrus::testing {

class DynamoDbService {
 public:
  // `operation` is "PutItem" and so on, `request` its parameters.
  json::object run(std::string_view operation, const json::object& request, TimePoint now);

  DynamoDbTable& table(const std::string& name);  // refuses where it is missing
  std::map<std::string, DynamoDbTable>& tables() { return tables_; }

  Duration index_lag{0};
  Duration creation_takes{0};
  int unprocessed = 0;  // of each of the next batches, how many are left undone; counts down to 0

 private:
  using Item = store::dynamodb::Item;
  using Operation = json::object (DynamoDbService::*)(const json::object&);

  json::object create_table(const json::object& request);
  json::object describe_table(const json::object& request);
  json::object delete_table(const json::object& request);
  json::object list_tables(const json::object& request);
  json::object update_ttl(const json::object& request);
  json::object describe_ttl(const json::object& request);
  json::object put_item(const json::object& request);
  json::object get_item(const json::object& request);
  json::object update_item(const json::object& request);
  json::object delete_item(const json::object& request);
  json::object query(const json::object& request);
  json::object scan(const json::object& request);
  json::object batch_write(const json::object& request);
  json::object batch_get(const json::object& request);

  DynamoDbTable& ready_table(const json::object& request);
  json::object describe(const DynamoDbTable& table) const;
  void check_condition(DynamoDbTable& table, const json::object& request, const Item* before,
                       bool holds);
  void write_one(const std::string& table, const json::object& write);
  json::object take_unprocessed(json::object& tables, std::string_view list);

  std::map<std::string, DynamoDbTable> tables_;
  TimePoint now_;
};

}  // namespace walrus::testing
