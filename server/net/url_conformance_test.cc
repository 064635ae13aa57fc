// The web platform's URL tests, where they are at hand.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "base/json.h"
#include "net/url.h"

namespace walrus::net {
namespace {

std::filesystem::path data_folder() {
  if (const char* given = std::getenv("WALRUS_CONFORMANCE_DIR"))
    return std::filesystem::path(given) / "url";
  const char* source = std::getenv("WALRUS_SOURCE_DIR");
  return std::filesystem::path(source ? source : ".") / "../shared/data/url";
}

// Boost.JSON refuses half a surrogate pair, which a browser reads as U+FFFD.
std::string with_whole_surrogates(const std::string& text) {
  static const std::regex kEscape(
      R"((\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})");
  std::string out;
  auto end = text.cbegin();
  for (std::sregex_iterator at(text.begin(), text.end(), kEscape), none; at != none; ++at) {
    out.append(end, (*at)[0].first);
    out += (*at)[1].matched ? at->str() : "\\uFFFD";
    end = (*at)[0].second;
  }
  return out.append(end, text.cend());
}

// The cases of a file, comments left out. Skips the test where there is none.
std::vector<json::object> cases_of(const char* name) {
  std::ifstream file(data_folder() / name);
  std::ostringstream text;
  text << file.rdbuf();
  std::vector<json::object> cases;
  auto parsed = parse_json(with_whole_surrogates(text.str()));
  if (!parsed) return cases;
  for (const json::value& value : parsed->as_array()) {
    if (value.is_object()) cases.push_back(value.as_object());
  }
  return cases;
}

Result<Url> parse_case(const json::object& test) {
  std::string input(view(test.at("input").as_string()));
  const json::value* base = test.if_contains("base");
  if (!base || base->is_null()) return Url::parse(input);
  auto whole = Url::parse(view(base->as_string()));
  if (!whole) return whole;
  return Url::parse(input, &*whole);
}

std::string after(char mark, const std::optional<std::string>& part) {
  return part && !part->empty() ? mark + *part : "";
}

// Its parts as the tests name them.
json::object parts_of(const Url& url) {
  std::string port = url.port() ? std::to_string(*url.port()) : "";
  std::string host(url.host());
  return {{"href", url.href()},
          {"protocol", url.scheme() + ":"},
          {"username", url.username()},
          {"password", url.password()},
          {"host", port.empty() ? host : host + ":" + port},
          {"hostname", host},
          {"port", port},
          {"pathname", url.path()},
          {"search", after('?', url.query())},
          {"hash", after('#', url.fragment())}};
}

void expect_parts(const json::object& test, const Url& url) {
  for (const auto& [name, part] : parts_of(url)) {
    EXPECT_EQ(part, test.at(name)) << name << " of " << json::serialize(test);
  }
  const json::value* origin = test.if_contains("origin");
  // That of a blob: is that of the URL inside, which nobody here needs.
  if (origin && url.scheme() != "blob") EXPECT_EQ(url.origin(), view(origin->as_string()));
  auto again = Url::parse(url.href());
  ASSERT_TRUE(again) << url.href();
  EXPECT_EQ(*again, url) << url.href();
}

TEST(UrlConformance, EveryCaseOfEveryScheme) {
  std::vector<json::object> cases = cases_of("urltestdata.json");
  if (cases.empty()) GTEST_SKIP() << "891 cases of urltestdata.json are not at hand";
  EXPECT_EQ(cases.size(), 891u);
  for (const json::object& test : cases) {
    auto url = parse_case(test);
    EXPECT_EQ(url.has_value(), !test.contains("failure")) << json::serialize(test);
    if (url && !test.contains("failure")) expect_parts(test, *url);
  }
}

TEST(UrlConformance, EveryInternationalHost) {
  std::vector<json::object> cases = cases_of("toascii.json");
  if (cases.empty()) GTEST_SKIP() << "87 cases of toascii.json are not at hand";
  EXPECT_EQ(cases.size(), 87u);
  for (const json::object& test : cases) {
    auto url = Url::parse("https://" + std::string(view(test.at("input").as_string())) + "/x");
    std::string expected =
        test.at("output").is_null() ? "" : std::string(view(test.at("output").as_string()));
    EXPECT_EQ(url ? url->host() : "", expected) << json::serialize(test);
  }
}

// A URL is read as UTF-8 whatever encoding its page has (docs/decisions/0016).
TEST(UrlConformance, EveryPercentEncodingOfUtf8) {
  std::vector<json::object> cases = cases_of("percent-encoding.json");
  if (cases.empty()) GTEST_SKIP() << "7 cases of percent-encoding.json are not at hand";
  for (const json::object& test : cases) {
    std::string input(view(test.at("input").as_string()));
    auto url = Url::parse(fmt::format("https://a.example/?{0}#{0}", input));
    ASSERT_TRUE(url);
    std::string expected(view(test.at("output").at("utf-8").as_string()));
    EXPECT_EQ(url->query(), expected);
    EXPECT_EQ(url->fragment(), expected);
  }
}

}  // namespace
}  // namespace walrus::net
