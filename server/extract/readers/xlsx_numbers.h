// How a worksheet's numbers are meant: as numbers, or as days since 1900.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace walrus::extract {

// Which cell formats of xl/styles.xml show dates.
class DateFormats {
 public:
  explicit DateFormats(const std::string* styles);
  bool is_date(std::size_t format) const { return format < dates_.size() && dates_[format]; }

 private:
  std::vector<bool> dates_;
};

// "45123.5" as "2023-07-16 12:00". What is no plausible date stays as it is.
std::string date_of_serial(const std::string& serial, bool from_1904);

}  // namespace walrus::extract
