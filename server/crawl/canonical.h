// Which URLs a crawl takes, and which of them are one page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/url.h"

namespace walrus::crawl {

inline constexpr std::size_t kMostUrlBytes = 2048;

// The URL a crawl begins at. Refused are URLs that are none, over kMostUrlBytes, of other schemes
// than http and https, and with a user name or a password. Errors: validation_error naming /url.
Result<net::Url> parse_root(std::string_view text);

// Whether a link may be followed as far as its form goes: what parse_root refuses may not.
bool is_crawlable(const net::Url& url);

// The extension in lower case, ".jpg", where a URL's path names a file that holds no text; else "".
// A wiki's page about a picture is none ("/wiki/File:Tusk.jpg").
std::string textless_extension(const net::Url& url);

enum class Tracking { kKept, kDropped };

// Pages with equal keys are one page: the normal form without user, password and fragment and,
// where `tracking` says so, without the parameters that campaigns and advertisers add. Parameters
// keep their order.
std::string page_key(const net::Url& url, Tracking tracking);

// The root's scheme, host and port, and the folder of its path.
class Scope {
 public:
  explicit Scope(const net::Url& root);
  bool contains(const net::Url& url) const;

 private:
  std::string origin_;
  std::string folder_;  // with the '/' at its end
};

// Patterns (wildcard.h) that narrow a crawl. One that begins with '/' is held against path and
// query, another one against the whole URL without its fragment.
struct Filter {
  std::vector<std::string> include;  // empty: everything
  std::vector<std::string> exclude;  // wins

  bool allows(const net::Url& url) const;
};

}  // namespace walrus::crawl
