#include "api/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

#include "api/page_for_test.h"

namespace walrus::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

http::Request asking(std::optional<std::string> accept_encoding = std::nullopt) {
  http::Request request;
  request.headers.set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
  if (accept_encoding) request.headers.set("Accept-Encoding", *accept_encoding);
  return request;
}

http::Request asking_for(std::string name) {
  http::Request request = asking();
  request.parameters.emplace_back("name", std::move(name));
  return request;
}

std::string header(const http::Response& response, std::string_view name) {
  return std::string(response.headers.get(name).value_or("(none)"));
}

TEST(PageTest, IsShownToBrowsersAlone) {
  EXPECT_TRUE(wants_page(asking()));
  http::Request other;
  EXPECT_FALSE(wants_page(other));
  other.headers.set("Accept", "application/json");
  EXPECT_FALSE(wants_page(other));
}

TEST(PageTest, IsAskedForAnewEachTimeAndItsFilesNever) {
  Page page(kPageForTest);
  http::Response view = page.view(asking());
  EXPECT_EQ(view.status, 200);
  EXPECT_EQ(view.body, "<p>plain");
  EXPECT_EQ(view.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(header(view, "Cache-Control"), "no-cache");
  auto asset = page.asset(asking_for("a-1.js"));
  ASSERT_TRUE(asset);
  EXPECT_EQ(asset->body, "plain()");
  EXPECT_EQ(asset->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(header(*asset, "Cache-Control"), "public, max-age=31536000, immutable");
}

TEST(PageTest, LetsNothingInFromElsewhere) {
  std::string policy = header(Page(kPageForTest).view(asking()), "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'; script-src 'self'; style-src 'self';"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
}

TEST(PageTest, IsCompressedForWhoeverTakesThat) {
  Page page(kPageForTest);
  for (auto taken : {"gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.1", "deflate,gzip ; q=1"}) {
    http::Response view = page.view(asking(taken));
    EXPECT_EQ(view.body, "(page, gzipped)") << taken;
    EXPECT_EQ(header(view, "Content-Encoding"), "gzip") << taken;
    EXPECT_EQ(header(view, "Vary"), "Accept, Accept-Encoding") << taken;
  }
  for (auto not_taken : {"", "br", "gzip;q=0", "gzip;q=0.0, br", "gzip; q=0,*"}) {
    http::Response view = page.view(asking(not_taken));
    EXPECT_EQ(view.body, "<p>plain") << not_taken;
    EXPECT_EQ(header(view, "Content-Encoding"), "(none)") << not_taken;
    EXPECT_EQ(header(view, "Vary"), "Accept, Accept-Encoding") << not_taken;
  }
}

TEST(PageTest, IsNotSentTwice) {
  Page page(kPageForTest);
  for (auto encoding : {"br", "gzip"}) {
    std::string tag = header(page.view(asking(encoding)), "ETag");
    http::Request again = asking(encoding);
    again.headers.set("If-None-Match", tag);
    http::Response known = page.view(again);
    EXPECT_EQ(known.status, 304);
    EXPECT_EQ(known.body, "");
    EXPECT_EQ(header(known, "ETag"), tag);
    EXPECT_EQ(header(known, "Cache-Control"), "no-cache");
  }
}

TEST(PageTest, HasATagForEachCoding) {
  Page page(kPageForTest);
  EXPECT_NE(header(page.view(asking("gzip")), "ETag"), header(page.view(asking()), "ETag"));
}

TEST(PageTest, HasNoOtherFiles) {
  Page page(kPageForTest);
  for (auto name : {"a-2.js", "", "../index.html"}) {
    auto missing = page.asset(asking_for(name));
    ASSERT_FALSE(missing) << name;
    EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  }
}

TEST(PageTest, RefusesABundleThatDoesNotFit) {
  PageBundle short_one = kPageForTest;
  short_one.bytes.remove_suffix(1);
  EXPECT_THROW(Page{short_one}, std::logic_error);
  EXPECT_THROW(Page({.index = "[]", .bytes = ""}), std::logic_error);
  EXPECT_THROW(Page({.index = kPageForTest.index, .bytes = "more bytes than there are in the files of the index"}),
               std::logic_error);
}

}  // namespace
}  // namespace walrus::api
