#include "crawl/canonical.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "crawl/wildcard.h"

namespace walrus::crawl {

namespace {

constexpr std::string_view kTrackingPrefix = "utm_";
constexpr std::string_view kTrackingNames[] = {
    "_ga",     "_gl",    "_hsenc", "_hsmi",     "dclid",  "fbclid", "gbraid",
    "gclid",   "gclsrc", "igshid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok",
    "msclkid", "ttclid", "twclid", "wbraid",    "yclid"};

// Pictures, sound, video, fonts, archives, programs, and what belongs to a page's looks.
constexpr std::string_view kTextless[] = {
    ".7z",  ".aac",  ".apk",  ".avi", ".avif", ".bin",  ".bmp",   ".bz2",  ".css",  ".dmg",  ".eot",
    ".exe", ".flac", ".gif",  ".gz",  ".heic", ".ico",  ".iso",   ".jar",  ".jpeg", ".jpg",  ".js",
    ".m4a", ".m4v",  ".mjs",  ".mkv", ".mov",  ".mp3",  ".mp4",   ".mpeg", ".mpg",  ".msi",  ".ogg",
    ".ogv", ".otf",  ".png",  ".rar", ".rpm",  ".svg",  ".tar",   ".tgz",  ".tif",  ".tiff", ".ttf",
    ".wav", ".webm", ".webp", ".wma", ".wmv",  ".woff", ".woff2", ".xz",   ".zip"};

std::unexpected<Error> refuse(std::string why) {
  return fail_field("/url", std::move(why));
}

std::string overlong() {
  return fmt::format("must have at most {} bytes", kMostUrlBytes);
}

bool is_tracking(std::string_view parameter) {
  std::string name = ascii_lower(parameter.substr(0, parameter.find('=')));
  return name.starts_with(kTrackingPrefix) ||
         std::ranges::find(kTrackingNames, name) != std::end(kTrackingNames);
}

// Nothing where nothing is left of it.
std::optional<std::string> without_tracking(std::string_view query) {
  std::optional<std::string> kept;
  for (std::size_t begin = 0; begin <= query.size();) {
    std::size_t end = std::min(query.find('&', begin), query.size());
    std::string_view parameter = query.substr(begin, end - begin);
    begin = end + 1;
    if (is_tracking(parameter)) continue;
    if (kept) *kept += '&';
    (kept ? *kept : kept.emplace()) += parameter;
  }
  return kept;
}

std::string path_and_query(const net::Url& url) {
  return url.query() ? url.path() + '?' + *url.query() : url.path();
}

bool matches_any(const std::vector<std::string>& patterns, const net::Url& url) {
  std::string path = path_and_query(url);
  std::string whole = url.origin() + path;
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return matches_whole(pattern.starts_with('/') ? path : whole, pattern);
  });
}

}  // namespace

Result<net::Url> parse_root(std::string_view text) {
  if (text.size() > kMostUrlBytes) return refuse(overlong());
  auto url = net::Url::parse(text);
  if (!url) return refuse(url.error().message);
  if (!url->is_web()) return refuse("must begin with http:// or https://");
  if (url->has_credentials()) return refuse("must not hold a user name or a password");
  if (url->href().size() > kMostUrlBytes) return refuse(overlong() + " in its normal form");
  return url;
}

bool is_crawlable(const net::Url& url) {
  return url.is_web() && !url.has_credentials() && url.href().size() <= kMostUrlBytes;
}

std::string textless_extension(const net::Url& url) {
  std::string_view name = url.path();
  name = name.substr(name.rfind('/') + 1);
  std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name.contains(':')) return {};
  std::string extension = ascii_lower(name.substr(dot));
  return std::ranges::binary_search(kTextless, extension) ? extension : "";
}

std::string page_key(const net::Url& url, Tracking tracking) {
  std::string key = url.origin() + url.path();
  std::optional<std::string> query = url.query();
  if (query && tracking == Tracking::kDropped) query = without_tracking(*query);
  return query ? key + '?' + *query : key;
}

Scope::Scope(const net::Url& root)
    : origin_(root.origin()), folder_(root.path().substr(0, root.path().rfind('/') + 1)) {}

bool Scope::contains(const net::Url& url) const {
  return url.path().starts_with(folder_) && url.origin() == origin_;
}

bool Filter::allows(const net::Url& url) const {
  if (include.empty() && exclude.empty()) return true;
  if (matches_any(exclude, url)) return false;
  return include.empty() || matches_any(include, url);
}

}  // namespace walrus::crawl
