#include "net/aws_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/ascii.h"
#include "base/json.h"
#include "base/time_format.h"
#include "net/url.h"

namespace walrus::net {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kMetadataTimeout{1'000};  // it is on this machine, or nowhere
constexpr milliseconds kContainerTimeout{5'000};
constexpr milliseconds kStsTimeout{5'000};
constexpr std::uint64_t kMaxReplyBytes = 64 << 10;
constexpr std::string_view kRolePath = "/latest/meta-data/iam/security-credentials/";
constexpr std::string_view kTokenSeconds = "21600";

std::unexpected<Error> no_keys(std::string message, std::string detail) {
  return fail(ErrorCode::kStorageUnavailable, std::move(message), std::move(detail));
}

std::unexpected<Error> unreadable(std::string_view whose) {
  return no_keys("The answer of the service that gives AWS keys could not be read.",
                 fmt::format("keys of {}: unreadable", whose));
}

std::unexpected<Error> not_fetched(std::string_view whose, const Error& error) {
  if (error.code == ErrorCode::kCancelled) return std::unexpected(error);
  return no_keys(fmt::format("The AWS keys of {} could not be fetched.", whose),
                 fmt::format("keys of {}: {}", whose, error.detail));
}

std::unexpected<Error> not_fetched(std::string_view whose, int status) {
  return no_keys(fmt::format("The AWS keys of {} could not be fetched.", whose),
                 fmt::format("keys of {}: status {}", whose, status));
}

// Only the one address may be connected to, where the URL has one; a name is the operator's choice.
std::shared_ptr<const EgressGate> gate_for(const std::string& url) {
  Result<Url> parsed = Url::parse(url);
  std::optional<Address> address = parsed ? parsed->address() : std::nullopt;
  if (!address) return nullptr;
  std::vector<AddressRange> opened{{*address, address->is_v4() ? 32 : 128}};
  return std::make_shared<const EgressGate>(std::move(opened), false);
}

ClientRequest request_to(std::string url, milliseconds timeout) {
  ClientRequest request{.url = std::move(url)};
  request.gate = gate_for(request.url);
  request.connect_timeout = timeout;
  request.total_timeout = timeout;
  request.max_bytes = kMaxReplyBytes;
  return request;
}

// "https://a/" and "https://a" are one.
std::string without_last_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string member(const json::object& object, std::string_view name) {
  const json::string* text = find_string(object, name);
  return text ? std::string(view(*text)) : "";
}

// What the metadata service says of the machine; nothing where it says that there is no such thing.
Task<Result<std::optional<std::string>>> instance_document(HttpClient& http, std::string url,
                                                           std::string token,
                                                           std::stop_token stop) {
  ClientRequest request = request_to(std::move(url), kMetadataTimeout);
  request.headers = {{"X-aws-ec2-metadata-token", std::move(token)}};
  Result<ClientResponse> response = co_await http.send(std::move(request), stop);
  if (!response) co_return not_fetched("the machine", response.error());
  if (response->status == 404) co_return std::nullopt;
  if (response->status != 200) co_return not_fetched("the machine", response->status);
  co_return std::move(response->body);
}

bool is_role_name(std::string_view name) {
  constexpr std::string_view kPunctuation = "+=,.@_-";
  auto allowed = [&](char c) {
    char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || kPunctuation.contains(c);
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, allowed);
}

// Encoded for a form.
std::string form_value(std::string_view text) {
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    char lower = ascii_lower(c);
    bool plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                 std::string_view("-._~").contains(c);
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

// The text of the one element of that name. Nothing where it is not there once, or holds anything
// but plain text: keys and times have no references and no markup in them.
std::optional<std::string> element_text(std::string_view xml, std::string_view name) {
  std::string begin = fmt::format("<{}>", name), end = fmt::format("</{}>", name);
  std::size_t first = xml.find(begin);
  if (first == std::string_view::npos || xml.find(begin, first + 1) != std::string_view::npos)
    return std::nullopt;
  std::size_t last = xml.find(end, first);
  if (last == std::string_view::npos) return std::nullopt;
  std::string_view text = xml.substr(first + begin.size(), last - first - begin.size());
  if (text.empty() || text.find_first_of("<>& \r\n\t") != std::string_view::npos)
    return std::nullopt;
  return std::string(text);
}

}  // namespace

Result<SessionKeys> read_session_keys(std::string_view body) {
  Result<json::value> parsed = parse_json(body);
  const json::object* object = parsed ? parsed->if_object() : nullptr;
  if (!object) return unreadable("a metadata service");
  SessionKeys found{{member(*object, "AccessKeyId"), member(*object, "SecretAccessKey"),
                     member(*object, "Token")},
                    parse_iso(member(*object, "Expiration"))};
  bool whole = !found.keys.access_key_id.empty() && !found.keys.secret_access_key.empty() &&
               !found.keys.session_token.empty() && found.expires_at;
  if (!whole) return unreadable("a metadata service");
  return found;
}

bool is_container_url(std::string_view url) {
  Result<Url> parsed = Url::parse(url);
  if (!parsed) return false;
  if (parsed->scheme() == "https") return true;
  if (parsed->scheme() != "http") return false;
  if (parsed->host() == "localhost") return true;
  std::optional<Address> address = parsed->address();
  if (!address) return false;
  constexpr std::array<std::string_view, 5> kNear{"127.0.0.0/8", "::1", "169.254.170.2",
                                                  "169.254.170.23", "fd00:ec2::23"};
  return std::ranges::any_of(kNear, [&](std::string_view range) {
    return AddressRange::parse(range)->contains(*address);
  });
}

Task<Result<SessionKeys>> container_keys(HttpClient& http, std::string url,
                                         std::string authorization, std::stop_token stop) {
  ClientRequest request = request_to(std::move(url), kContainerTimeout);
  if (!authorization.empty()) request.headers = {{"Authorization", std::move(authorization)}};
  Result<ClientResponse> response = co_await http.send(std::move(request), stop);
  if (!response) co_return not_fetched("the container", response.error());
  if (response->status != 200) co_return not_fetched("the container", response->status);
  co_return read_session_keys(response->body);
}

Task<Result<std::optional<SessionKeys>>> instance_keys(HttpClient& http, std::string endpoint,
                                                       std::stop_token stop) {
  std::string base = without_last_slash(std::move(endpoint));
  ClientRequest first = request_to(base + "/latest/api/token", kMetadataTimeout);
  first.method = "PUT";
  first.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", std::string(kTokenSeconds)}};
  Result<ClientResponse> token = co_await http.send(std::move(first), stop);
  if (!token && token.error().code == ErrorCode::kCancelled)
    co_return std::unexpected(std::move(token.error()));
  if (!token || token->status != 200) co_return std::nullopt;

  std::string path = base + std::string(kRolePath);
  Result<std::optional<std::string>> role =
      co_await instance_document(http, path, token->body, stop);
  if (!role) co_return std::unexpected(std::move(role.error()));
  if (!*role) co_return std::nullopt;
  std::string name(trimmed(**role, " \r\n"));
  if (!is_role_name(name)) co_return unreadable("the machine");
  Result<std::optional<std::string>> document =
      co_await instance_document(http, path + name, token->body, stop);
  if (!document) co_return std::unexpected(std::move(document.error()));
  if (!*document) co_return std::nullopt;
  Result<SessionKeys> keys = read_session_keys(**document);
  if (!keys) co_return std::unexpected(std::move(keys.error()));
  co_return std::move(*keys);
}

Result<SessionKeys> read_sts_answer(std::string_view body) {
  std::size_t begin = body.find("<Credentials>");
  std::size_t end = body.find("</Credentials>");
  // A document type could say that something stands for something else.
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin ||
      body.contains("<!"))
    return unreadable("a web identity");
  std::string_view part = body.substr(begin, end - begin);
  std::optional<std::string> id = element_text(part, "AccessKeyId");
  std::optional<std::string> secret = element_text(part, "SecretAccessKey");
  std::optional<std::string> token = element_text(part, "SessionToken");
  std::optional<TimePoint> expires_at = parse_iso(element_text(part, "Expiration").value_or(""));
  if (!id || !secret || !token || !expires_at) return unreadable("a web identity");
  return SessionKeys{{*id, *secret, *token}, expires_at};
}

Task<Result<SessionKeys>> web_identity_keys(HttpClient& http, std::string endpoint,
                                            WebIdentity identity, std::stop_token stop) {
  ClientRequest request = request_to(std::move(endpoint), kStsTimeout);
  request.method = "POST";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = fmt::format(
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn={}&RoleSessionName={}"
      "&WebIdentityToken={}",
      form_value(identity.role_arn), form_value(identity.session_name), form_value(identity.token));
  Result<ClientResponse> response = co_await http.send(std::move(request), stop);
  if (!response) co_return not_fetched("the web identity", response.error());
  if (response->status == 200) co_return read_sts_answer(response->body);
  std::string code = element_text(response->body, "Code").value_or("");
  co_return no_keys(
      "AWS gives no keys for the web identity. Check AWS_ROLE_ARN and its token.",
      fmt::format("web identity: status {} {}", response->status, is_role_name(code) ? code : ""));
}

}  // namespace walrus::net
