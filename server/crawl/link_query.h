// A link's query in the encoding of its page, as browsers send it.
#pragma once

#include <string>
#include <string_view>

namespace walrus::crawl {

// `address` as it is written in a page that came in `encoding` (a name of the Encoding Standard),
// in UTF-8: what is not ASCII in its query is percent-encoded in that encoding, so that the rest is
// parsed as usual (URL Standard, "percent-encode after encoding"). A character that the encoding
// lacks becomes "%26%23" its number "%3B". As it is, where the encoding is UTF-8 or UTF-16, or is
// not known.
std::string with_query_in(std::string_view address, const std::string& encoding);

}  // namespace walrus::crawl
