#include "auth/host_origin.h"

#include <gtest/gtest.h>

namespace walrus::auth {
namespace {

http::Request request(std::string method, std::string host) {
  http::Request made;
  made.method = std::move(method);
  made.headers.add("Host", std::move(host));
  return made;
}

ErrorCode code(const HostOrigin& rules, const http::Request& asked) {
  auto checked = rules.check(asked);
  return checked ? ErrorCode::kInternalError : checked.error().code;
}

TEST(HostOriginTest, AnswersForLoopbackNamesAlone) {
  HostOrigin rules({.allowed_hosts = {"walrus.lan"}});
  for (auto host : {"localhost", "localhost:8000", "LOCALHOST:1", "127.0.0.1:8000", "127.1.2.3",
                    "[::1]:8000", "[::1]", "walrus.lan", "Walrus.LAN:80"}) {
    EXPECT_TRUE(rules.check(request("GET", host))) << host;
  }
  for (auto host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::1",
                    "localhost:80x", "169.254.169.254", "[::2]", "127.0.0.1@evil.example"}) {
    EXPECT_EQ(code(rules, request("GET", host)), ErrorCode::kMisdirectedRequest) << host;
  }
  http::Request none;
  none.method = "GET";
  EXPECT_EQ(code(rules, none), ErrorCode::kMisdirectedRequest);
}

TEST(HostOriginTest, RefusesUnsafeMethodsOfForeignOrigins) {
  HostOrigin rules({.cors_origins = {"https://app.example"}});
  auto with_origin = [](std::string method, std::string origin) {
    auto made = request(std::move(method), "localhost:8000");
    made.headers.add("Origin", std::move(origin));
    return made;
  };
  EXPECT_TRUE(rules.check(with_origin("POST", "http://localhost:8000")));
  EXPECT_TRUE(rules.check(with_origin("POST", "https://app.example")));
  EXPECT_TRUE(rules.check(with_origin("GET", "https://evil.example")));
  for (auto method : {"POST", "PATCH", "PUT", "DELETE"}) {
    EXPECT_EQ(code(rules, with_origin(method, "https://evil.example")), ErrorCode::kForbidden);
    EXPECT_EQ(code(rules, with_origin(method, "null")), ErrorCode::kForbidden);
    EXPECT_EQ(code(rules, with_origin(method, "http://localhost:9000")), ErrorCode::kForbidden);
  }
  auto upgrade = with_origin("GET", "https://evil.example");
  upgrade.headers.add("Upgrade", "WebSocket");
  EXPECT_EQ(code(rules, upgrade), ErrorCode::kForbidden);
  upgrade.headers.set("Upgrade", "h2c, websocket");
  EXPECT_EQ(code(rules, upgrade), ErrorCode::kForbidden);
  auto cross_site = request("POST", "localhost");
  cross_site.headers.add("Sec-Fetch-Site", "cross-site");
  EXPECT_EQ(code(rules, cross_site), ErrorCode::kForbidden);
}

TEST(HostOriginTest, AnswersPreflightsOfAllowedOriginsAlone) {
  HostOrigin rules({.cors_origins = {"https://app.example"}});
  auto ask = request("OPTIONS", "localhost");
  ask.headers.add("Origin", "https://app.example");
  ask.headers.add("Access-Control-Request-Method", "POST");
  auto answer = rules.preflight(ask);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  rules.allow_reading(ask, *answer);
  EXPECT_EQ(answer->headers.get("access-control-allow-origin"), "https://app.example");
  ask.headers.set("Origin", "https://evil.example");
  EXPECT_FALSE(rules.preflight(ask));
}

}  // namespace
}  // namespace walrus::auth
