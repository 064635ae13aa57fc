// The encodings that bytes are decoded from, by the labels of the WHATWG Encoding Standard.
#pragma once

#include <string_view>

namespace walrus::text {

struct Encoding {
  std::string_view name;    // IANA's
  const char* converter;    // ICU's name of what browsers mean by it
  std::string_view labels;  // lower case, each with a space on both sides
};

// The encoding a label of HTTP, HTML or uchardet means, in any case and with quotes or white space
// around it; null when it is none that may be asked for. UTF-7, SCSU and the like are left out on
// purpose: nobody sends them but to slip past a filter.
const Encoding* find_encoding(std::string_view label);

}  // namespace walrus::text
