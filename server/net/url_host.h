// The hosts of URLs, by the URL Standard.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace walrus::net {

// The normal form of a special scheme's host: an ASCII name in lower case, an IPv4 address as four
// decimal numbers however it was written, an IPv6 address in brackets. Names that are not ASCII go
// through UTS 46, nontransitional; one that is ASCII is taken as it is, even if its Punycode stands
// for nothing. Expects valid UTF-8. Errors: validation_error, to follow the name of what is wrong.
Result<std::string> parse_host(std::string_view text);

// Of a scheme that is not special: an IPv6 address, or text that is percent-encoded and no more.
Result<std::string> parse_opaque_host(std::string_view text);

}  // namespace walrus::net
