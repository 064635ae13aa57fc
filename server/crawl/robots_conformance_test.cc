// The expectations of Google's specification tests, where they are at hand.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "crawl/robots.h"

namespace walrus::crawl {
namespace {

json::array read_cases() {
  const char* given = std::getenv("WALRUS_CONFORMANCE_DIR");
  const char* source = std::getenv("WALRUS_SOURCE_DIR");
  std::filesystem::path data =
      given ? std::filesystem::path(given)
            : std::filesystem::path(source ? source : ".") / "../shared/data";
  std::ifstream file(data / "robots/cases.json");
  std::ostringstream text;
  text << file.rdbuf();
  auto parsed = parse_json(text.str());
  return parsed ? parsed->as_array() : json::array();
}

std::string from_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int held = 0;
  for (char c : text.substr(0, text.find('='))) {
    bits = bits << 6 | static_cast<unsigned>(kDigits.find(c));
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xff);
  }
  return out;
}

TEST(RobotsConformance, EveryCase) {
  json::array cases = read_cases();
  if (cases.empty()) GTEST_SKIP() << "400 cases of robots/cases.json are not at hand";
  EXPECT_EQ(cases.size(), 400u);
  for (const json::value& value : cases) {
    const json::array& test = value.as_array();
    auto text = [&](std::size_t at) { return view(test.at(at).as_string()); };
    Robots robots = Robots::parse(from_base64(text(1)), from_base64(text(3)));
    EXPECT_EQ(robots.check(from_base64(text(2))).allowed, text(4) == "ALLOWED")
        << text(0) << "\n"
        << from_base64(text(1)) << "\n"
        << from_base64(text(2)) << " for " << from_base64(text(3));
  }
}

}  // namespace
}  // namespace walrus::crawl
