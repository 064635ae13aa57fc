#include "base/time_format.h"

#include <charconv>

namespace walrus {

namespace {

// By hand: every event on the wire has one, and a format string costs ten times as much.
void put_digits(char* out, std::uint64_t number, std::size_t digits) {
  for (std::size_t i = digits; i-- > 0; number /= 10) {
    out[i] = static_cast<char>('0' + number % 10);
  }
}

// With so many digits of the second's fraction. Years are those of four digits.
std::string iso(TimePoint time, std::size_t fraction_digits) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(day);
  auto micros = static_cast<std::uint64_t>((time - day).count());
  std::uint64_t second = micros / 1'000'000;
  std::string text;
  text.reserve(27);  // the longest
  text = "0000-00-00T00:00:00";
  put_digits(&text[0], static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  put_digits(&text[5], static_cast<unsigned>(date.month()), 2);
  put_digits(&text[8], static_cast<unsigned>(date.day()), 2);
  put_digits(&text[11], second / 3600, 2);
  put_digits(&text[14], second / 60 % 60, 2);
  put_digits(&text[17], second % 60, 2);
  if (fraction_digits > 0) {
    std::uint64_t fraction = micros % 1'000'000;
    for (std::size_t i = fraction_digits; i < 6; ++i) fraction /= 10;
    text += ".000000";
    put_digits(&text[20], fraction, fraction_digits);
    text.resize(20 + fraction_digits);
  }
  text.push_back('Z');
  return text;
}

bool read_number(std::string_view text, std::size_t at, std::size_t digits, int& out) {
  if (at + digits > text.size()) return false;
  const char* first = text.data() + at;
  auto [end, error] = std::from_chars(first, first + digits, out);
  return error == std::errc() && end == first + digits;
}

}  // namespace

std::string iso_seconds(TimePoint time) {
  return iso(time, 0);
}

std::string iso_millis(TimePoint time) {
  return iso(time, 3);
}

std::string iso_micros(TimePoint time) {
  return iso(time, 6);
}

std::optional<TimePoint> parse_iso(std::string_view text) {
  int year, month, day, hour, minute, second;
  if (!read_number(text, 0, 4, year) || !read_number(text, 5, 2, month) ||
      !read_number(text, 8, 2, day) || !read_number(text, 11, 2, hour) ||
      !read_number(text, 14, 2, minute) || !read_number(text, 17, 2, second)) {
    return std::nullopt;
  }
  int micros = 0;
  std::string_view rest = text.substr(19);
  if (rest.size() == 5) {
    if (rest[0] != '.' || !read_number(rest, 1, 3, micros)) return std::nullopt;
    micros *= 1000;
    rest.remove_prefix(4);
  } else if (rest.size() == 8) {
    if (rest[0] != '.' || !read_number(rest, 1, 6, micros)) return std::nullopt;
    rest.remove_prefix(7);
  }
  if (rest != "Z") return std::nullopt;
  auto date = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
              std::chrono::day(static_cast<unsigned>(day));
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + std::chrono::microseconds(micros);
}

}  // namespace walrus
