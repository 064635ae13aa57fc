// Dates in HTTP headers.
#pragma once

#include <optional>
#include <string_view>

#include "base/executor.h"

namespace walrus::net {

// "Mon, 15 Jan 2024 10:30:45 GMT", the two older forms that HTTP knows, and what comes near them.
std::optional<TimePoint> parse_http_date(std::string_view text);

}  // namespace walrus::net
