// ISO 8601 in UTC, as the wire has it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/executor.h"

namespace walrus {

std::string iso_seconds(TimePoint time);  // 2024-01-15T10:30:45Z
std::string iso_millis(TimePoint time);   // 2024-01-15T10:30:45.123Z
std::string iso_micros(TimePoint time);   // 2024-01-15T10:30:45.123456Z

// Reads what the three above write; nothing else.
std::optional<TimePoint> parse_iso(std::string_view text);

}  // namespace walrus
