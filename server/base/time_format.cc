#include "base/time_format.h"

#include <fmt/format.h>

#include <charconv>

namespace walrus {

namespace {

struct Parts {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::microseconds> time;
};

Parts split(TimePoint time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss(time - day)};
}

std::string seconds_without_zone(const Parts& parts) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(parts.date.year()),
                     static_cast<unsigned>(parts.date.month()),
                     static_cast<unsigned>(parts.date.day()), parts.time.hours().count(),
                     parts.time.minutes().count(), parts.time.seconds().count());
}

bool read_number(std::string_view text, std::size_t at, std::size_t digits, int& out) {
  if (at + digits > text.size()) return false;
  const char* first = text.data() + at;
  auto [end, error] = std::from_chars(first, first + digits, out);
  return error == std::errc() && end == first + digits;
}

}  // namespace

std::string iso_seconds(TimePoint time) {
  return seconds_without_zone(split(time)) + "Z";
}

std::string iso_millis(TimePoint time) {
  Parts parts = split(time);
  return fmt::format("{}.{:03}Z", seconds_without_zone(parts),
                     parts.time.subseconds().count() / 1000);
}

std::string iso_micros(TimePoint time) {
  Parts parts = split(time);
  return fmt::format("{}.{:06}Z", seconds_without_zone(parts), parts.time.subseconds().count());
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
