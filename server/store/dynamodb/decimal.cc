#include "store/dynamodb/decimal.h"

#include <charconv>

#include "store/dynamodb/limits.h"

namespace walrus::store::dynamodb {

namespace {

constexpr int kMaxPower = 125;
constexpr int kMinPower = -130;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes the sign that `text` may begin with.
bool take_sign(std::string_view& text) {
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

// Takes the digits that `text` begins with.
std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

// What follows the digits: nothing, or "e+12" and its like.
std::optional<int> read_exponent(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  text.remove_prefix(1);
  bool negative = take_sign(text);
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = error == std::errc() && end == text.data() + text.size() && value >= 0;
  return whole ? std::optional(negative ? -value : value) : std::nullopt;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal decimal;
  decimal.negative_ = take_sign(text);
  std::string digits(take_digits(text));
  int before_point = static_cast<int>(digits.size());
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += take_digits(text);
  }
  std::optional<int> exponent = read_exponent(text);
  if (digits.empty() || !exponent || *exponent > 1000 || *exponent < -1000) return std::nullopt;
  std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return Decimal();
  decimal.leading_power_ = before_point - 1 - static_cast<int>(first) + *exponent;
  decimal.digits_ = digits.substr(first, digits.find_last_not_of('0') + 1 - first);
  bool fits = decimal.digits_.size() <= kMaxNumberDigits && decimal.leading_power_ <= kMaxPower &&
              decimal.leading_power_ >= kMinPower;
  return fits ? std::optional(decimal) : std::nullopt;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  auto sign = [](const Decimal& d) { return d.is_zero() ? 0 : d.negative_ ? -1 : 1; };
  if (sign(*this) != sign(other)) return sign(*this) <=> sign(other);
  std::strong_ordering magnitude = leading_power_ <=> other.leading_power_;
  if (magnitude == 0) magnitude = digits_ <=> other.digits_;
  return negative_ ? 0 <=> magnitude : magnitude;
}

}  // namespace walrus::store::dynamodb
