#include "store/dynamodb/item_size.h"

#include <gtest/gtest.h>

namespace walrus::store::dynamodb {
namespace {

AttributeValue digits(const char* text) {
  return {Number{text}};
}

TEST(ItemSize, CountsNamesAndBytes) {
  EXPECT_EQ(item_size({}), 0u);
  EXPECT_EQ(item_size({{"name", text("value")}}), 9u);
  EXPECT_EQ(item_size({{"\u6a4b", text("\u6a4b")}}), 6u);
  EXPECT_EQ(item_size({{"a", {Binary{"123"}}}, {"b", {true}}, {"c", {Null{}}}}), 8u);
  EXPECT_EQ(value_size({StringSet{"one", "three"}}), 8u);
}

TEST(ItemSize, CountsPairsOfDigits) {
  EXPECT_EQ(value_size(digits("0")), 1u);
  EXPECT_EQ(value_size(digits("7")), 2u);
  EXPECT_EQ(value_size(digits("42")), 2u);
  EXPECT_EQ(value_size(digits("100")), 2u) << "zeros at the end are not significant";
  EXPECT_EQ(value_size(digits("420")), 3u) << "4 and 20 stand in different pairs";
  EXPECT_EQ(value_size(digits("123")), 3u);
  EXPECT_EQ(value_size(digits("1234")), 3u);
  EXPECT_EQ(value_size(digits("-1234")), 4u);
  EXPECT_EQ(value_size(digits("1705401000")), 5u);
  EXPECT_EQ(value_size(digits("0.001")), 2u);
  EXPECT_EQ(value_size(digits("99999999999999999999999999999999999999")), 20u);
}

TEST(ItemSize, CountsWhatContainersAdd) {
  EXPECT_EQ(value_size({List{}}), 3u);
  EXPECT_EQ(value_size({List{text("ab"), text("")}}), 3u + 2 + 2);
  EXPECT_EQ(value_size({Item{{"ab", text("c")}}}), 3u + 1 + 3);
  EXPECT_EQ(value_size({List{{Item{{"a", {List{}}}}}}}), 3u + 1 + (3 + 1 + 1 + 3));
}

// A row of the chat table.
TEST(ItemSize, OfAStatusIsLessThanAKilobyte) {
  Item status{{"conversation_id", text("conv#session_001")},
              {"turn_id", text("status#2024-01-15T10:30:00Z")},
              {"item_type", text("status")},
              {"status", text("processing")},
              {"step", text("retrieving_context")},
              {"message", text("Retrieving relevant context...")},
              {"timestamp", digits("1705314600")},
              {"created_at", text("2024-01-15T10:30:00Z")},
              {"ttl", digits("1705401000")}};
  EXPECT_EQ(item_size(status), 70u + 16 + 27 + 6 + 10 + 18 + 30 + 5 + 20 + 5);
}

Item sized(std::size_t bytes) {
  return {{"id", text("1")}, {"x", text(std::string(bytes - 4, 'x'))}};
}

TEST(WriteUnits, AreWholeKilobytesOfTheLargerItem) {
  TableSchema table{.name = "t", .key = {.partition = {"id"}}};
  Item small = sized(1024), larger = sized(1025), largest = sized(4096);
  EXPECT_EQ(write_units(table, nullptr, &small).total(), 1);
  EXPECT_EQ(write_units(table, nullptr, &larger).total(), 2);
  EXPECT_EQ(write_units(table, &largest, &small).total(), 4);
  EXPECT_EQ(write_units(table, &small, &largest).total(), 4);
  EXPECT_EQ(write_units(table, &largest, nullptr).total(), 4);
  EXPECT_EQ(write_units(table, nullptr, nullptr).total(), 1) << "a delete of nothing costs too";
}

class IndexUnitsTest : public ::testing::Test {
 protected:
  int cost(const Item* before, const Item* after) {
    return write_units(table_, before, after).indexes;
  }

  TableSchema table_{.name = "t", .key = {.partition = {"id"}}};
  Item open_{{"id", text("1")}, {"owner", text("a")}, {"at", number(std::int64_t{1})}};
};

TEST_F(IndexUnitsTest, FollowTheKeysOfASparseIndex) {
  table_.indexes = {{.name = "by_owner", .key = {{"owner"}, KeyAttribute{"at", "N"}}}};
  Item moved = open_, closed = open_, noted = open_;
  moved["owner"] = text("b");
  closed.erase("owner");
  noted["note"] = text("x");
  EXPECT_EQ(cost(nullptr, &open_), 1);
  EXPECT_EQ(cost(&open_, &moved), 2) << "out, and in anew";
  EXPECT_EQ(cost(&open_, &closed), 1);
  EXPECT_EQ(cost(&closed, &closed), 0);
  EXPECT_EQ(cost(&open_, &noted), 0) << "the note is not projected";
  EXPECT_EQ(cost(&open_, nullptr), 1);
}

TEST_F(IndexUnitsTest, FollowWhatIsProjected) {
  Item noted = open_, large = open_;
  noted["note"] = text("x");
  large["note"] = text(std::string(2000, 'x'));
  table_.indexes = {{.name = "all", .key = {{"owner"}}, .projection = {Projection::Kind::kAll}}};
  EXPECT_EQ(cost(&open_, &noted), 1);
  EXPECT_EQ(cost(&open_, &large), 2);
  table_.indexes[0].projection = {Projection::Kind::kInclude, {"other"}};
  EXPECT_EQ(cost(&open_, &large), 0);
  table_.indexes[0].projection.included.insert("note");
  EXPECT_EQ(cost(&open_, &large), 2);
  EXPECT_EQ(write_units(table_, &open_, &large).total(), 2 + 2);
}

}  // namespace
}  // namespace walrus::store::dynamodb
