#include "store/dynamodb/attribute_value.h"

#include <gtest/gtest.h>

#include <limits>

namespace walrus::store::dynamodb {
namespace {

Item every_type() {
  return {{"s", text("a \"b\" \u6a4b")},
          {"empty", text("")},
          {"n", {Number{"-12345678901234567890.0000000000000000001"}}},
          {"b", {Binary{std::string("\0\xff", 2)}}},
          {"t", {true}},
          {"f", {false}},
          {"z", {Null{}}},
          {"l", {List{text("x"), number(std::int64_t{1}), {List{}}}}},
          {"m", {Item{{"inner", {Item{}}}}}},
          {"ss", {StringSet{"one", "two"}}}};
}

TEST(AttributeValue, HasDynamoDbsForm) {
  EXPECT_EQ(json::serialize(to_json(every_type())),
            "{\"b\":{\"B\":\"AP8=\"},\"empty\":{\"S\":\"\"},\"f\":{\"BOOL\":false},"
            "\"l\":{\"L\":[{\"S\":\"x\"},{\"N\":\"1\"},{\"L\":[]}]},"
            "\"m\":{\"M\":{\"inner\":{\"M\":{}}}},"
            "\"n\":{\"N\":\"-12345678901234567890.0000000000000000001\"},"
            "\"s\":{\"S\":\"a \\\"b\\\" \u6a4b\"},\"ss\":{\"SS\":[\"one\",\"two\"]},"
            "\"t\":{\"BOOL\":true},\"z\":{\"NULL\":true}}");
}

TEST(AttributeValue, ComesBackAsItWent) {
  Result<Item> item = item_from_json(to_json(every_type()));
  ASSERT_TRUE(item) << item.error().detail;
  EXPECT_EQ(*item, every_type());
}

TEST(AttributeValue, RefusesWhatIsNoValue) {
  for (const char* wrong :
       {R"({})", R"("x")", R"({"S":1})", R"({"N":1})", R"({"S":"a","N":"1"})", R"({"B":"AP8"})",
        R"({"NULL":false})", R"({"BOOL":"true"})", R"({"SS":[]})", R"({"SS":["a","a"]})",
        R"({"SS":[1]})", R"({"NS":["1"]})", R"({"L":[{}]})", R"({"M":{"a":1}})", R"({"X":"a"})"}) {
    Result<AttributeValue> value = value_from_json(*parse_json(wrong));
    ASSERT_FALSE(value) << wrong;
    EXPECT_EQ(value.error().code, ErrorCode::kStorageUnavailable);
  }
}

TEST(AttributeValue, FindsWhatIsOfTheType) {
  Item item{{"text", text("a")},
            {"most", number(std::numeric_limits<std::int64_t>::max())},
            {"half", number(0.5)},
            {"small", number(1e-20)},
            {"wide", {Number{"9223372036854775808"}}}};
  EXPECT_EQ(*find_text(item, "text"), "a");
  EXPECT_EQ(find_text(item, "most"), nullptr);
  EXPECT_EQ(find_text(item, "none"), nullptr);
  EXPECT_EQ(find_integer(item, "most"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(find_integer(item, "wide"), std::nullopt);
  EXPECT_EQ(find_integer(item, "half"), std::nullopt);
  EXPECT_EQ(find_integer(item, "text"), std::nullopt);
  EXPECT_EQ(find_double(item, "half"), 0.5);
  EXPECT_EQ(find_double(item, "small"), 1e-20);
  EXPECT_EQ(type_name(item.at("half")), "N");
}

}  // namespace
}  // namespace walrus::store::dynamodb
