#include "net/sigv4.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>

#include "base/ascii.h"
#include "base/digest.h"
#include "net/http_date.h"
#include "net/percent_encoding.h"
#include "net/url.h"

namespace walrus::net {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kBlanks = " \t\r\n";
// Services take signatures of up to five minutes' difference.
constexpr std::chrono::minutes kNoDifference{1};

// Encodes every byte but RFC 3986's unreserved ones and those of `kept`.
std::string encoded(std::string_view text, std::string_view kept = "") {
  constexpr std::string_view kUnreserved = "-._~";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    bool letter_or_digit =
        (byte >= '0' && byte <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
    bool plain = letter_or_digit || kUnreserved.contains(c) || kept.contains(c);
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (true) {
    std::size_t end = text.find(mark);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  for (std::string_view segment : split(path, '/')) {
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!segment.empty() && segment != "." && segment != "..") kept.push_back(segment);
  }
  std::string out;
  for (std::string_view segment : kept) out.append("/").append(segment);
  return out.empty() || path.ends_with('/') ? out + "/" : out;
}

std::string canonical_path(const SignableRequest& request) {
  return encoded(request.normalizes_path ? normalized(request.path) : request.path, "/");
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::string_view part : split(query, '&')) {
    std::size_t mark = std::min(part.find('='), part.size());
    std::string_view value = mark < part.size() ? part.substr(mark + 1) : std::string_view();
    if (part.empty()) continue;
    pairs.emplace_back(encoded(percent_decode(part.substr(0, mark))),
                       encoded(percent_decode(value)));
  }
  std::ranges::sort(pairs);
  std::string out;
  for (const auto& [name, value] : pairs)
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
  return out;
}

// A header's value with single blanks, also where it went over several lines.
std::string single_spaced(std::string_view value) {
  std::string out;
  for (char c : trimmed(value, kBlanks)) {
    bool blank = kBlanks.contains(c);
    if (!blank || out.back() != ' ') out.push_back(blank ? ' ' : c);
  }
  return out;
}

using CanonicalHeaders = std::map<std::string, std::string>;

CanonicalHeaders canonical_headers(const SignableRequest& request) {
  CanonicalHeaders headers;
  for (const auto& [name, value] : request.headers) {
    auto [at, is_first] = headers.try_emplace(ascii_lower(name), single_spaced(value));
    if (!is_first) at->second += "," + single_spaced(value);
  }
  return headers;
}

std::string names_of(const CanonicalHeaders& headers) {
  std::string names;
  for (const auto& [name, value] : headers) names.append(names.empty() ? "" : ";").append(name);
  return names;
}

std::string canonical_request(const SignableRequest& request, const CanonicalHeaders& headers) {
  std::string out = fmt::format("{}\n{}\n{}\n", request.method, canonical_path(request),
                                canonical_query(request.query));
  for (const auto& [name, value] : headers) out += fmt::format("{}:{}\n", name, value);
  return out + fmt::format("\n{}\n{}", names_of(headers), request.payload_hash);
}

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
  return {reinterpret_cast<const char*>(digest.data()), length};
}

std::string hex(std::string_view data) {
  std::string out;
  for (char c : data) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string signing_key(const AwsKeys& keys, const SigningScope& scope, std::string_view day) {
  std::string key = hmac("AWS4" + keys.secret_access_key, day);
  for (std::string_view part : {std::string_view(scope.region), std::string_view(scope.service),
                                std::string_view("aws4_request")})
    key = hmac(key, part);
  return key;
}

bool is_signed_header(std::string_view name) {
  std::string lower = ascii_lower(name);
  return lower == "content-type" || lower.starts_with("x-amz-");
}

std::string host_of(const Url& url) {
  return url.port() ? fmt::format("{}:{}", url.host(), *url.port()) : std::string(url.host());
}

}  // namespace

std::string amz_date(TimePoint time) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", std::chrono::floor<std::chrono::seconds>(time));
}

SigningResult sign_v4(const SignableRequest& request, const AwsKeys& keys,
                      const SigningScope& scope, TimePoint at) {
  std::string date = amz_date(at);
  std::string day = date.substr(0, 8);
  std::string day_scope = fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
  CanonicalHeaders headers = canonical_headers(request);
  SigningResult result;
  result.canonical_request = canonical_request(request, headers);
  result.string_to_sign = fmt::format("{}\n{}\n{}\n{}", kAlgorithm, date, day_scope,
                                      sha256_hex(result.canonical_request));
  result.signature = hex(hmac(signing_key(keys, scope, day), result.string_to_sign));
  result.authorization =
      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                  keys.access_key_id, day_scope, names_of(headers), result.signature);
  return result;
}

Result<void> sign_request(ClientRequest& request, const AwsKeys& keys, const SigningScope& scope,
                          TimePoint at) {
  Result<Url> url = Url::parse(request.url);
  if (!url || !url->has_host()) {
    return fail(ErrorCode::kUpstreamError, "The address of the server is not a usable http(s) URL.",
                "a URL to sign that is none");
  }
  request.headers.emplace_back("X-Amz-Date", amz_date(at));
  if (!keys.session_token.empty())
    request.headers.emplace_back("X-Amz-Security-Token", keys.session_token);
  SignableRequest signable{.method = request.method,
                           .path = url->path(),
                           .query = url->query().value_or(""),
                           .headers = {{"host", host_of(*url)}},
                           .payload_hash = sha256_hex(request.body)};
  for (const auto& header : request.headers) {
    if (is_signed_header(header.first)) signable.headers.push_back(header);
  }
  request.headers.emplace_back("Authorization", sign_v4(signable, keys, scope, at).authorization);
  return {};
}

bool is_about_time(std::string_view error, std::string_view message) {
  if (error == "RequestExpired" || error == "RequestTimeTooSkewed") return true;
  return error == "InvalidSignatureException" &&
         (message.contains("Signature expired") || message.contains("Signature not yet current"));
}

TimePoint ClockSkew::service_time(TimePoint now) const {
  return now + Duration(ahead_.load(std::memory_order_relaxed));
}

bool ClockSkew::learn(const ClientResponse& refusal, TimePoint signed_at, TimePoint now) {
  const std::string* date = refusal.header("date");
  std::optional<TimePoint> theirs = date ? parse_http_date(*date) : std::nullopt;
  if (!theirs || std::chrono::abs(*theirs - signed_at) < kNoDifference) return false;
  ahead_.store(Duration(*theirs - now).count(), std::memory_order_relaxed);
  return true;
}

}  // namespace walrus::net
