// What a page itself asks of crawlers, by X-Robots-Tag or its meta robots.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace walrus::crawl {

struct RobotsDirectives {
  bool noindex = false;   // the page is not to be kept
  bool nofollow = false;  // its links are not to be followed

  bool operator==(const RobotsDirectives&) const = default;
};

// Of the values of such headers or elements together: "noindex, nofollow", "none", or
// "otherbot: noindex" for one crawler alone. `agent` is a product token, "WalrusBot"; what follows
// a '/' in it does not count.
RobotsDirectives directives_from(std::span<const std::string> values, std::string_view agent);

}  // namespace walrus::crawl
