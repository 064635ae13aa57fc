// DynamoDB's numbers: decimal, with up to 38 significant digits.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace walrus::store::dynamodb {

class Decimal {
 public:
  // "-12.50", "1e3". Nothing where it is no number, or has more than 38 significant digits.
  static std::optional<Decimal> parse(std::string_view text);

  bool is_zero() const { return digits_.empty(); }
  bool is_negative() const { return negative_; }
  // The significant ones, without zeros at either end.
  const std::string& digits() const { return digits_; }
  // The power of ten at which the first digit stands: 0 of "7", 2 of "700", -1 of "0.7".
  int leading_power() const { return leading_power_; }

  bool operator==(const Decimal&) const = default;
  std::strong_ordering operator<=>(const Decimal& other) const;

 private:
  bool negative_ = false;
  std::string digits_;
  int leading_power_ = 0;
};

}  // namespace walrus::store::dynamodb
