// AWS's signing test suite, where it is at hand.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/digest.h"
#include "base/json.h"
#include "base/time_format.h"
#include "net/sigv4.h"

namespace walrus::net {
namespace {

constexpr std::size_t kCases = 38;

std::filesystem::path data_folder() {
  if (const char* given = std::getenv("WALRUS_CONFORMANCE_DIR"))
    return std::filesystem::path(given) / "sigv4";
  const char* source = std::getenv("WALRUS_SOURCE_DIR");
  return std::filesystem::path(source ? source : ".") / "../shared/data/sigv4";
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Without the line's end that some editors put behind a file.
std::string without_last_line_end(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

bool flag(const json::object& context, std::string_view name) {
  const json::value* value = context.if_contains(name);
  return value && value->as_bool();
}

AwsKeys keys_of(const json::object& context) {
  const json::object& given = context.at("credentials").as_object();
  const json::string* token = find_string(given, "token");
  return {std::string(view(given.at("access_key_id").as_string())),
          std::string(view(given.at("secret_access_key").as_string())),
          token ? std::string(view(*token)) : ""};
}

// Reads "GET /path?query HTTP/1.1", headers that may go over several lines, and the body.
SignableRequest read_request(const std::string& text) {
  std::size_t head_end = text.find("\n\n");
  std::string body = head_end == std::string::npos ? "" : text.substr(head_end + 2);
  std::istringstream head(text.substr(0, head_end));
  std::string line;
  std::getline(head, line);
  std::size_t first = line.find(' ');
  std::string target = line.substr(first + 1, line.rfind(' ') - first - 1);
  std::size_t mark = target.find('?');
  SignableRequest request{.method = line.substr(0, first), .path = target.substr(0, mark)};
  if (mark != std::string::npos) request.query = target.substr(mark + 1);
  while (std::getline(head, line)) {
    if (line.starts_with(' ')) {
      request.headers.back().second += line;
    } else if (std::size_t colon = line.find(':'); colon != std::string::npos) {
      request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
    }
  }
  request.payload_hash = sha256_hex(body);
  return request;
}

void check_case(const std::filesystem::path& folder) {
  SCOPED_TRACE(folder.filename().string());
  json::value parsed = *parse_json(text_of(folder / "context.json"));
  const json::object& context = parsed.as_object();
  TimePoint at = *parse_iso(view(context.at("timestamp").as_string()));
  AwsKeys keys = keys_of(context);
  SigningScope scope{std::string(view(context.at("region").as_string())),
                     std::string(view(context.at("service").as_string()))};
  SignableRequest request = read_request(text_of(folder / "request.txt"));
  request.normalizes_path = flag(context, "normalize");
  request.headers.emplace_back("X-Amz-Date", amz_date(at));
  if (!keys.session_token.empty() && !flag(context, "omit_session_token"))
    request.headers.emplace_back("X-Amz-Security-Token", keys.session_token);
  if (flag(context, "sign_body"))
    request.headers.emplace_back("X-Amz-Content-Sha256", request.payload_hash);

  SigningResult result = sign_v4(request, keys, scope, at);
  EXPECT_EQ(result.canonical_request,
            without_last_line_end(text_of(folder / "header-canonical-request.txt")));
  EXPECT_EQ(result.string_to_sign,
            without_last_line_end(text_of(folder / "header-string-to-sign.txt")));
  EXPECT_EQ(result.signature, without_last_line_end(text_of(folder / "header-signature.txt")));
}

TEST(SigV4Conformance, EveryCase) {
  std::vector<std::filesystem::path> folders;
  if (std::filesystem::is_directory(data_folder())) {
    for (const auto& entry : std::filesystem::directory_iterator(data_folder()))
      if (entry.is_directory()) folders.push_back(entry.path());
  }
  if (folders.empty()) GTEST_SKIP() << kCases << " cases of AWS's signing suite are not at hand";
  EXPECT_EQ(folders.size(), kCases);
  for (const auto& folder : folders) check_case(folder);
}

}  // namespace
}  // namespace walrus::net
