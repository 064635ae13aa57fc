#include "extract/readers/xlsx_numbers.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <map>

#include "extract/readers/xml.h"

namespace walrus::extract {

namespace {

constexpr double kMaxSerial = 2'958'465;  // 9999-12-31
constexpr int kDaysBefore1904 = 1462;
constexpr std::size_t kMaxFormats = 100'000;

bool is_built_in_date(int id) {
  return (id >= 14 && id <= 22) || (id >= 45 && id <= 47);
}

// Letters of a date outside of quotes, brackets and escapes: "dd/mm/yyyy", "[$-409]h:mm".
bool is_date_code(std::string_view code) {
  for (std::size_t i = 0; i < code.size(); ++i) {
    char c = code[i];
    if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '"' || c == '[') {
      i = code.find(c == '"' ? '"' : ']', i + 1);
      if (i == std::string_view::npos) return false;
    } else if (std::string_view("ymdhsYMDHS").find(c) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

int integer(const std::string& text) {
  int value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

DateFormats::DateFormats(const std::string* styles) {
  if (styles == nullptr) return;
  std::map<int, bool> own;
  bool in_cell_formats = false;
  XmlReader reader(*styles);
  while (reader.next()) {
    if (reader.event() == XmlEvent::kText) continue;
    bool start = reader.event() == XmlEvent::kStart;
    if (reader.name() == "cellXfs") in_cell_formats = start;
    if (!start) continue;
    if (reader.name() == "numFmt") {
      own[integer(reader.attribute("numFmtId"))] = is_date_code(reader.attribute("formatCode"));
    } else if (reader.name() == "xf" && in_cell_formats && dates_.size() < kMaxFormats) {
      int id = integer(reader.attribute("numFmtId"));
      auto found = own.find(id);
      dates_.push_back(found == own.end() ? is_built_in_date(id) : found->second);
    }
  }
}

std::string date_of_serial(const std::string& serial, bool from_1904) {
  double days = 0;
  auto [end, error] = std::from_chars(serial.data(), serial.data() + serial.size(), days);
  if (error != std::errc() || !(days >= 0) || days > kMaxSerial) return serial;
  if (from_1904) days += kDaysBefore1904;
  auto minutes = static_cast<std::int64_t>(std::llround((days - std::floor(days)) * 24 * 60));
  auto whole = static_cast<int>(std::floor(days)) + static_cast<int>(minutes / (24 * 60));
  minutes %= 24 * 60;
  std::string time = fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
  if (whole == 0) return time;
  // Day 60 is the 29th of February 1900, which there never was.
  int since_epoch = whole - 25'569 + (whole < 60 ? 1 : 0);
  std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(since_epoch))};
  std::string date =
      fmt::format("{:04}-{:02}-{:02}", int(day.year()), unsigned(day.month()), unsigned(day.day()));
  return minutes == 0 ? date : date + " " + time;
}

}  // namespace walrus::extract
