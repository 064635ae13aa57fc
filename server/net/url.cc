#include "net/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace walrus::net {

namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::unexpected<Error> unusable() {
  return fail(ErrorCode::kValidationError, "must be a whole http(s) URL without blanks");
}

// Empty where the part is not there.
std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

}  // namespace

Result<Url> parse_url(const std::string& text) {
  bool printable = std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!printable) return unusable();
  std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
  if (curl_url_set(parsed.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return unusable();
  Url url;
  url.scheme = part_of(parsed.get(), CURLUPART_SCHEME);
  if (url.scheme != "http" && url.scheme != "https") return unusable();
  url.host = part_of(parsed.get(), CURLUPART_HOST);
  std::ranges::transform(url.host, url.host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  if (url.host.starts_with('[')) url.host = url.host.substr(1, url.host.size() - 2);
  std::string port = part_of(parsed.get(), CURLUPART_PORT);
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (url.host.empty() || error != std::errc()) return unusable();
  url.has_credentials = !part_of(parsed.get(), CURLUPART_USER).empty() ||
                        !part_of(parsed.get(), CURLUPART_PASSWORD).empty();
  return url;
}

}  // namespace walrus::net
