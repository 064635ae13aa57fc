#include "webhooks/signature.h"

#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <chrono>
#include <cstdlib>

#include "base/base64.h"

namespace walrus::webhooks {

namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kNewKeyBytes = 32;
constexpr std::size_t kLeastKeyBytes = 24;
constexpr std::size_t kMostKeyBytes = 64;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string new_secret() {
  std::array<unsigned char, kNewKeyBytes> key;
  // Without entropy nothing may go on; it does not happen on a machine that has started.
  if (RAND_bytes(key.data(), kNewKeyBytes) != 1) std::abort();
  return std::string(kPrefix) + to_base64({reinterpret_cast<const char*>(key.data()), key.size()});
}

std::optional<std::string> key_of(std::string_view secret) {
  constexpr std::size_t kMostText = (kMostKeyBytes + 2) / 3 * 4;
  if (!secret.starts_with(kPrefix)) return std::nullopt;
  secret.remove_prefix(kPrefix.size());
  if (secret.size() > kMostText) return std::nullopt;
  std::optional<std::string> key = from_base64(secret);
  if (!key || key->size() < kLeastKeyBytes || key->size() > kMostKeyBytes) return std::nullopt;
  return key;
}

std::string sign(std::string_view key, std::string_view id, TimePoint at, std::string_view body) {
  std::string content(id);
  content.append(".").append(unix_seconds(at)).append(".").append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(content), content.size(),
       digest.data(), &length);
  return "v1," + to_base64({reinterpret_cast<const char*>(digest.data()), length});
}

std::string unix_seconds(TimePoint at) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch();
  return std::to_string(seconds.count());
}

}  // namespace walrus::webhooks
