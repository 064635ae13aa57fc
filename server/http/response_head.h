// Responses to bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/executor.h"
#include "http/message.h"

namespace walrus::http {

std::string_view reason_phrase(int status);

// "Mon, 15 Jan 2024 10:30:45 GMT"
std::string http_date(TimePoint time);

struct HeadSettings {
  std::string_view date;
  std::string_view request_id;
  int version = 11;  // the client's
  bool keep_alive = true;
  bool chunked = false;
  std::optional<std::uint64_t> length;  // nothing: no Content-Length
};

// The status line and the fields, the empty line included. What the response itself sets wins over
// Date and X-Request-Id.
void append_head(std::string& out, const Response& response, const HeadSettings& settings);

}  // namespace walrus::http
