#include "store/dynamodb/decimal.h"

#include <gtest/gtest.h>

namespace walrus::store::dynamodb {
namespace {

TEST(Decimal, KeepsTheSignificantDigits) {
  struct Case {
    const char* text;
    bool negative;
    const char* digits;
    int leading_power;
  };
  for (const Case& each : {Case{"7", false, "7", 0},
                           {"700", false, "7", 2},
                           {"0.7", false, "7", -1},
                           {"-12.50", true, "125", 1},
                           {"1e3", false, "1", 3},
                           {"0012.0E-2", false, "12", -1},
                           {".5", false, "5", -1},
                           {"+5.", false, "5", 0},
                           {"9.99e125", false, "999", 125}}) {
    auto decimal = Decimal::parse(each.text);
    ASSERT_TRUE(decimal) << each.text;
    EXPECT_EQ(decimal->is_negative(), each.negative) << each.text;
    EXPECT_EQ(decimal->digits(), each.digits) << each.text;
    EXPECT_EQ(decimal->leading_power(), each.leading_power) << each.text;
  }
  EXPECT_EQ(Decimal::parse("-0.00"), Decimal::parse("0"));
}

TEST(Decimal, IsNothingForWhatDynamoDbRefuses) {
  for (const char* wrong : {"", "-", ".", "e1", "1e", "1e+-2", "1x", " 1", "1 ", "1e126", "1e-131",
                            "0x10", "NaN", "123456789012345678901234567890123456789"})
    EXPECT_FALSE(Decimal::parse(wrong)) << wrong;
  EXPECT_TRUE(Decimal::parse("12345678901234567890123456789012345678"));
}

TEST(Decimal, IsOrderedByItsValue) {
  const char* ascending[] = {"-1e20", "-12.5", "-12", "-0.5", "0",  "0.001",
                             "0.01",  "9",     "10",  "10.5", "99", "1e2"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      EXPECT_EQ(*Decimal::parse(ascending[i]) <=> *Decimal::parse(ascending[j]), i <=> j)
          << ascending[i] << " and " << ascending[j];
    }
  }
  EXPECT_EQ(*Decimal::parse("1.0"), *Decimal::parse("10e-1"));
}

}  // namespace
}  // namespace walrus::store::dynamodb
