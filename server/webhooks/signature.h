// Secrets and signatures as the Standard Webhooks specification has them (standardwebhooks.com).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/executor.h"

namespace walrus::webhooks {

// "whsec_" and 32 random bytes in base64.
std::string new_secret();

// The key in a secret: "whsec_" and the base64 of 24 to 64 bytes. Nothing where it is another text.
std::optional<std::string> key_of(std::string_view secret);

// The value of `webhook-signature`: "v1," and HMAC-SHA256 over "<id>.<unix seconds>.<body>".
std::string sign(std::string_view key, std::string_view id, TimePoint at, std::string_view body);

// The value of `webhook-timestamp`.
std::string unix_seconds(TimePoint at);

}  // namespace walrus::webhooks
