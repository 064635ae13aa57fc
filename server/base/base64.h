// Base64 (RFC 4648) with its padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace walrus {

std::string to_base64(std::string_view data);

// Nothing where `text` is not what to_base64 would write.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace walrus
