#include "store/dynamodb/expression.h"

#include <gtest/gtest.h>

namespace walrus::store::dynamodb {
namespace {

AttributeValue one() {
  return number(std::int64_t{1});
}

TEST(Expression, NamesNoAttributeByItself) {
  Aliases aliases;
  std::string condition = any_of(
      {aliases.missing("ttl"),
       all_of({aliases.compare("ttl", "<=", one()), aliases.equal("owner", text("a")), ""})});
  EXPECT_EQ(condition, "(attribute_not_exists(#n0)) OR ((#n0 <= :v0) AND (#n1 = :v1))");
  json::object parameters;
  aliases.put_into(parameters);
  EXPECT_EQ(json::serialize(parameters),
            R"({"ExpressionAttributeNames":{"#n1":"owner","#n0":"ttl"},)"
            R"("ExpressionAttributeValues":{":v0":{"N":"1"},":v1":{"S":"a"}}})");
}

TEST(Expression, WritesEveryCondition) {
  Aliases aliases;
  EXPECT_EQ(aliases.exists("a"), "attribute_exists(#n0)");
  EXPECT_EQ(aliases.begins_with("a", "x"), "begins_with(#n0, :v0)");
  EXPECT_EQ(aliases.between("b", one(), one()), "#n1 BETWEEN :v1 AND :v2");
  EXPECT_EQ(aliases.one_of("c", {text("x"), text("y")}), "#n2 IN (:v3, :v4)");
  EXPECT_EQ(aliases.projection({"a", "d"}), "#n0, #n3");
}

TEST(Expression, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(all_of({}), "");
  EXPECT_EQ(all_of({"", "a"}), "a");
  EXPECT_EQ(any_of({"a", "b"}), "(a) OR (b)");
  json::object parameters;
  Aliases().put_into(parameters);
  EXPECT_TRUE(parameters.empty());
}

TEST(Expression, SortsTheClausesOfAnUpdate) {
  Aliases aliases;
  Update update(aliases);
  update.remove("gone").set("status", text("x")).add("fence", one());
  update.set_if_missing("created", one()).append("notes", {text("n")}).remove("ttl");
  EXPECT_EQ(update.expression(),
            "SET #n1 = :v0, #n3 = if_not_exists(#n3, :v2), "
            "#n4 = list_append(if_not_exists(#n4, :v3), :v4) REMOVE #n0, #n5 ADD #n2 :v1");
  EXPECT_EQ(Update(aliases).expression(), "");
}

}  // namespace
}  // namespace walrus::store::dynamodb
