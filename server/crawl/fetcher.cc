#include "crawl/fetcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/ascii.h"
#include "crawl/canonical.h"
#include "net/http_date.h"

namespace walrus::crawl {

namespace {

// What a crawl can read; the rest is asked for last, since servers name types wrongly.
constexpr std::string_view kAccept =
    "text/html,application/xhtml+xml,text/plain,text/markdown,application/pdf,"
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document,"
    "application/vnd.openxmlformats-officedocument.presentationml.presentation,"
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,*/*;q=0.1";

constexpr std::array<std::string_view, 4> kTypesWithoutText{"image/", "audio/", "video/", "font/"};

constexpr std::string_view kBlanks = " \t";

std::string essence_of(std::string_view content_type) {
  return ascii_lower(trimmed(content_type.substr(0, content_type.find(';')), kBlanks));
}

std::string charset_of(std::string_view content_type) {
  while (true) {
    std::size_t mark = content_type.find(';');
    if (mark == std::string_view::npos) return {};
    content_type.remove_prefix(mark + 1);
    std::string_view parameter = trimmed(content_type.substr(0, content_type.find(';')), kBlanks);
    std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || ascii_lower(parameter.substr(0, equals)) != "charset")
      continue;
    std::string_view value = parameter.substr(equals + 1);
    bool quoted = value.size() >= 2 && value.starts_with('"') && value.ends_with('"');
    return std::string(quoted ? value.substr(1, value.size() - 2) : value);
  }
}

bool is_success(int status) {
  return status >= 200 && status < 300;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The bodies of refusals and redirects are small, and taking them keeps the connection.
bool may_have_text(const net::ClientResponse& head) {
  const std::string* type = head.header("content-type");
  if (!type || !is_success(head.status)) return true;
  std::string essence = essence_of(*type);
  return std::ranges::none_of(kTypesWithoutText, [&](std::string_view beginning) {
    return essence.starts_with(beginning);
  });
}

// A number of seconds, or a date.
std::optional<std::chrono::seconds> retry_after_of(std::string_view value, TimePoint now) {
  std::uint32_t seconds = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc() && end == value.data() + value.size()) {
    return std::chrono::seconds(seconds);
  }
  auto date = net::parse_http_date(value);
  if (!date) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(std::max(*date - now, Duration(0)));
}

FetchedPage page_of(net::ClientResponse response, TimePoint now) {
  FetchedPage page{.status = response.status};
  if (const std::string* type = response.header("content-type")) {
    page.content_type = essence_of(*type);
    page.charset = charset_of(*type);
  }
  const std::string* location = response.header("location");
  if (location && is_redirect(response.status)) page.location = *location;
  if (const std::string* wait = response.header("retry-after")) {
    page.retry_after = retry_after_of(*wait, now);
  }
  for (auto& [name, value] : response.headers) {
    if (name == "x-robots-tag") page.robots_tags.push_back(std::move(value));
  }
  if (is_success(response.status)) page.body = std::move(response.body);
  return page;
}

Error crawls_error(Error error) {
  bool is_own = error.code == ErrorCode::kForbiddenAddress || error.code == ErrorCode::kCancelled;
  if (!is_own) error.code = ErrorCode::kFetchFailed;
  return error;
}

}  // namespace

HttpFetcher::HttpFetcher(net::HttpClient& client, std::string user_agent, Limits limits)
    : client_(client), user_agent_(std::move(user_agent)), limits_(limits) {}

net::ClientRequest HttpFetcher::request_for(const net::Url& url, std::uint64_t bytes) const {
  net::ClientRequest request{.url = url.href()};
  request.headers = {{"User-Agent", user_agent_}, {"Accept", std::string(kAccept)}};
  request.connect_timeout = limits_.connect;
  request.first_byte_timeout = limits_.first_byte;
  request.idle_timeout = limits_.idle;
  request.total_timeout = limits_.total;
  request.max_bytes = bytes;
  request.body_use = net::BodyUse::kGatherBeginning;
  request.wants_body = may_have_text;
  return request;
}

Task<Result<FetchedPage>> HttpFetcher::fetch(net::Url url, std::stop_token stop) {
  // One byte more tells a page that is too large from one that just fits.
  Result<FetchedPage> page =
      co_await fetch_beginning(std::move(url), limits_.page_bytes + 1, std::move(stop));
  if (page && page->body.size() > limits_.page_bytes) {
    co_return fail(ErrorCode::kTooLarge,
                   fmt::format("The page is larger than {} MiB.", limits_.page_bytes >> 20));
  }
  co_return page;
}

Task<Result<FetchedPage>> HttpFetcher::fetch_beginning(net::Url url, std::uint64_t bytes,
                                                       std::stop_token stop) {
  if (!is_crawlable(url)) {
    co_return fail(ErrorCode::kFetchFailed, "The address is none that a crawl may fetch.");
  }
  Loop& home = co_await home_loop();
  net::ClientRequest request = request_for(url, bytes);
  Result<net::ClientResponse> response = co_await client_.send(std::move(request), std::move(stop));
  if (!response) co_return std::unexpected(crawls_error(std::move(response.error())));
  co_return page_of(std::move(*response), home.clock().now());
}

}  // namespace walrus::crawl
