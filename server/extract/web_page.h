// What is made of a web page: its text, and what a crawler wants to know besides.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "text/structured_text.h"

namespace walrus::extract {

// The most that is kept of one page; longer addresses and later links are passed over.
inline constexpr std::size_t kMaxPageLinks = 10'000;
inline constexpr std::size_t kMaxAddressBytes = 8 * 1024;
inline constexpr std::size_t kMaxLanguageBytes = 64;

struct PageLink {
  std::string address;    // as written, white space around it removed: relative to the base
  bool nofollow = false;  // rel=nofollow
};

// All texts are UTF-8 without control characters.
struct WebPage {
  text::StructuredText document;  // empty, but for title and encoding, where nothing is to be read
  std::string language;           // as the page declares it ("de", "en-GB"), or empty
  std::string canonical;          // rel=canonical as written, or empty
  std::string base;               // of a base element, as written, or empty: the page's own address
  bool noindex = false;           // by a meta element for robots or for walrusbot
  bool nofollow = false;
  std::vector<PageLink> links;  // in document order, without those into the page itself
};

}  // namespace walrus::extract
