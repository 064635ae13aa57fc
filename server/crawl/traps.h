// Signs in a URL that a site makes up pages without end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/url.h"

namespace walrus::crawl {

enum class Trap { kDeepPath, kRepeatedSegment, kLongQuery };

// The first sign there is: a path of over 20 segments, one segment in over two places of it, over
// 16 parameters or one of them given over 8 times.
std::optional<Trap> find_trap(const net::Url& url);

// "its path has over 20 segments"
std::string_view words_of(Trap trap);

// What pages of one template have in common: scheme, host, port, the path with each number in it
// as '#', and the sorted names of the parameters. A caller that counts pages by it can end a
// calendar: all its days are "https://a.example/calendar/#/#/#?view".
std::string page_shape(const net::Url& url);

}  // namespace walrus::crawl
