#include "net/http_date.h"

#include <curl/curl.h>

#include <string>

namespace walrus::net {

std::optional<TimePoint> parse_http_date(std::string_view text) {
  std::string terminated(text);
  time_t seconds = curl_getdate(terminated.c_str(), nullptr);
  if (seconds < 0) return std::nullopt;
  return TimePoint(std::chrono::seconds(seconds));
}

}  // namespace walrus::net
