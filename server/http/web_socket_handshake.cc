#include "http/web_socket_handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "http/admission.h"
#include "http/field_text.h"

namespace walrus::http {

namespace {

// Whether a field of that name lists the token (RFC 9110, 5.6.1).
bool lists(const Request& request, std::string_view name, std::string_view token) {
  for (const auto& [field, value] : request.headers.fields()) {
    if (!equal_ignoring_case(field, name)) continue;
    for (std::string_view rest = value; !rest.empty();) {
      std::string_view element = rest.substr(0, rest.find(','));
      if (equal_ignoring_case(trim_spaces(element), token)) return true;
      rest.remove_prefix(std::min(element.size() + 1, rest.size()));
    }
  }
  return false;
}

// 16 bytes in base64.
bool is_key(std::string_view key) {
  auto is_digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return key.size() == 24 && key.ends_with("==") &&
         std::ranges::all_of(key.substr(0, 22), is_digit);
}

std::optional<Refusal> check(const Request& request) {
  constexpr int kUpgradeRequired = 426;
  if (request.version != 11) {
    return bad_request("A WebSocket begins with an HTTP/1.1 request.", kUpgradeRequired);
  }
  if (!asks_for_web_socket(request) || !lists(request, "Connection", "upgrade")) {
    return bad_request("This path is a WebSocket: ask with 'Upgrade: websocket'.",
                       kUpgradeRequired);
  }
  if (request.headers.get("Sec-WebSocket-Version") != "13") {
    return bad_request("Sec-WebSocket-Version must be 13.", kUpgradeRequired);
  }
  if (request.method != "GET") return bad_request("A WebSocket begins with GET.");
  if (!is_key(request.headers.get("Sec-WebSocket-Key").value_or(""))) {
    return bad_request("Sec-WebSocket-Key must be 16 bytes in base64.");
  }
  return std::nullopt;
}

}  // namespace

bool asks_for_web_socket(const Request& request) {
  return lists(request, "Upgrade", "websocket");
}

std::string accept_key(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest;
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  std::array<unsigned char, 29> encoded;  // and the NUL that OpenSSL adds
  int size = EVP_EncodeBlock(encoded.data(), digest.data(), digest.size());
  return {encoded.begin(), encoded.begin() + size};
}

Response answer_upgrade(const ServerSettings& settings, const Request& request, Response response) {
  std::optional<Refusal> refused = check(request);
  if (refused) {
    bool understood = refused->status != 426;
    response = refuse(settings.hooks, *refused, request);
    if (understood) return response;
    response.headers.set("Sec-WebSocket-Version", "13");
  } else {
    std::string_view key = *request.headers.get("Sec-WebSocket-Key");
    response.headers.set("Sec-WebSocket-Accept", accept_key(key));
  }
  response.headers.set("Upgrade", "websocket");
  response.headers.set("Connection", "Upgrade");
  return response;
}

}  // namespace walrus::http
