#include "http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace walrus::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Task<Response> nothing(Request) {
  co_return Response::no_content();
}

Router router_of(std::vector<std::pair<std::string, std::string>> routes) {
  Router router;
  for (auto& [method, pattern] : routes) router.add({method, pattern, BodyKind::kNone, nothing});
  return router;
}

std::string matched(const Router& router, std::string_view method, std::string_view path) {
  Router::Match match = router.match(method, path);
  return match.route ? match.route->method + " " + match.route->pattern : "none";
}

TEST(Router, MatchesWithAndWithoutTrailingSlash) {
  Router router = router_of({{"GET", "/"}, {"POST", "/v1/chat/"}, {"GET", "/v1/documents/{id}"}});
  EXPECT_EQ(matched(router, "GET", "/"), "GET /");
  EXPECT_EQ(matched(router, "POST", "/v1/chat"), "POST /v1/chat/");
  EXPECT_EQ(matched(router, "POST", "/v1/chat/"), "POST /v1/chat/");
  EXPECT_EQ(matched(router, "GET", "/v1/documents/7/"), "GET /v1/documents/{id}");
  EXPECT_EQ(matched(router, "GET", "/v1/documents/7//"), "none");
  EXPECT_EQ(matched(router, "GET", "/v1//documents/7"), "none");
  EXPECT_EQ(matched(router, "GET", "//"), "none");
}

TEST(Router, PrefersLiteralsAndComesBackFromThem) {
  Router router = router_of({{"GET", "/d/{id}/status"},
                             {"GET", "/d/status"},
                             {"DELETE", "/d/{id}"},
                             {"GET", "/d/status/all"}});
  EXPECT_EQ(matched(router, "GET", "/d/status"), "GET /d/status");
  EXPECT_EQ(matched(router, "GET", "/d/status/status"), "GET /d/{id}/status");
  EXPECT_EQ(matched(router, "GET", "/d/status/all"), "GET /d/status/all");
  EXPECT_EQ(matched(router, "DELETE", "/d/x"), "DELETE /d/{id}");
}

TEST(Router, DecodesEachSegmentByItself) {
  Router router = router_of({{"GET", "/u/{user}/c/{conversation_id}"}});
  Router::Match match = router.match("GET", "/u/a%2Fb/c/conv%23s%C3%A9%20%31");
  ASSERT_TRUE(match.route);
  EXPECT_THAT(match.parameters,
              ElementsAre(Pair("user", "a/b"), Pair("conversation_id", "conv#s\xc3\xa9 1")));
}

TEST(Router, RoutesOfOnePathMayNameSegmentsDifferently) {
  Router router = router_of({{"GET", "/d/{id}"}, {"PATCH", "/d/{document_id}"}});
  EXPECT_THAT(router.match("GET", "/d/1").parameters, ElementsAre(Pair("id", "1")));
  EXPECT_THAT(router.match("PATCH", "/d/1").parameters, ElementsAre(Pair("document_id", "1")));
}

TEST(Router, SaysWhenAPathIsMalformed) {
  Router router = router_of({{"GET", "/d/{id}"}});
  for (std::string_view path : {"/d/%", "/d/%4", "/d/%zz", "/d/%ff", "/d/%C3", "/%00%80"}) {
    Router::Match match = router.match("GET", path);
    EXPECT_TRUE(match.malformed) << path;
    EXPECT_FALSE(match.route) << path;
  }
  EXPECT_FALSE(router.match("GET", "/d/%C3%A9").malformed);
}

TEST(Router, NamesTheMethodsOfAPath) {
  Router router = router_of({{"GET", "/d"}, {"POST", "/d"}, {"DELETE", "/d/{id}"}});
  EXPECT_THAT(router.match("PUT", "/d").allowed, ElementsAre("GET", "HEAD", "OPTIONS", "POST"));
  EXPECT_THAT(router.match("GET", "/d/1").allowed, ElementsAre("DELETE", "OPTIONS"));
  EXPECT_THAT(router.match("GET", "/none").allowed, IsEmpty());
  EXPECT_EQ(matched(router, "HEAD", "/d"), "GET /d");
  EXPECT_EQ(matched(router, "get", "/d"), "none");
}

TEST(Router, RefusesTheSameRouteTwice) {
  Router router = router_of({{"GET", "/d/{a}"}});
  EXPECT_THROW(router.add({"GET", "/d/{b}/", BodyKind::kNone, nothing}), std::logic_error);
}

TEST(Router, AnEmptyOneMatchesNothing) {
  EXPECT_EQ(matched(Router(), "GET", "/"), "none");
}

}  // namespace
}  // namespace walrus::http
