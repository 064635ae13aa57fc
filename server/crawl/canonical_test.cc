#include "crawl/canonical.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace walrus::crawl {
namespace {

using testing::HasSubstr;

net::Url url(std::string_view text) {
  return net::Url::parse(text).value();
}

TEST(CrawlRoot, IsAWholeWebAddress) {
  EXPECT_EQ(parse_root(" HTTPS://Docs.Example:443/a/../b ")->href(), "https://docs.example/b");
  EXPECT_TRUE(parse_root("http://a.example/" + std::string(kMostUrlBytes - 17, 'x')));
}

TEST(CrawlRoot, ThatIsRefusedNamesTheFieldAndWhy) {
  const std::pair<std::string, const char*> kCases[] = {
      {"", "has no scheme"},
      {"docs.example", "has no scheme"},
      {"https://", "has no host"},
      {"ftp://a.example/", "must begin with http:// or https://"},
      {"file:///etc/passwd", "must begin with http:// or https://"},
      {"javascript:alert(1)", "must begin with http:// or https://"},
      {"https://user@a.example/", "user name"},
      {"https://:word@a.example/", "user name"},
      {"http://a.example/" + std::string(kMostUrlBytes - 16, 'x'), "at most 2048 bytes"},
      {"http://a.example/" + std::string(1000, '"'), "at most 2048 bytes in its normal form"},
  };
  for (const auto& [text, words] : kCases) {
    auto root = parse_root(text);
    ASSERT_FALSE(root) << text;
    EXPECT_EQ(root.error().code, ErrorCode::kValidationError);
    EXPECT_EQ(root.error().fields.at(0).pointer, "/url");
    EXPECT_THAT(root.error().message, HasSubstr(words)) << text;
  }
}

TEST(CrawlLink, IsHeldToTheSame) {
  EXPECT_TRUE(is_crawlable(url("https://a.example/")));
  EXPECT_FALSE(is_crawlable(url("mailto:a@b.example")));
  EXPECT_FALSE(is_crawlable(url("https://a@b.example/")));
  EXPECT_FALSE(is_crawlable(url("https://a.example/" + std::string(kMostUrlBytes, 'x'))));
}

std::string key(std::string_view text) {
  return page_key(url(text), Tracking::kKept);
}

TEST(PageKey, IsOneForSpellingsOfAPage) {
  for (const char* text : {"http://a.example:80/b?c=d", "HTTP://A.EXAMPLE/x/../b?c=d#e",
                           "http://a.example/./b?c=d#"}) {
    EXPECT_EQ(key(text), "http://a.example/b?c=d") << text;
  }
}

TEST(PageKey, KeepsWhatMayBeAnotherPage) {
  EXPECT_NE(key("http://a.example/b"), key("http://a.example/b/"));
  EXPECT_NE(key("http://a.example/b"), key("https://a.example/b"));
  EXPECT_NE(key("http://a.example/b"), key("http://a.example/B"));
  EXPECT_NE(key("http://a.example/?a&b"), key("http://a.example/?b&a"));
  EXPECT_NE(key("http://a.example/"), key("http://www.a.example/"));
  EXPECT_EQ(key("http://a.example/?utm_source=x"), "http://a.example/?utm_source=x");
}

TEST(PageKey, DropsTrackingOnDemand) {
  auto dropped = [](std::string_view text) { return page_key(url(text), Tracking::kDropped); };
  EXPECT_EQ(dropped("http://a.example/?utm_source=x&id=1&UTM_x&b&fbclid=2"),
            "http://a.example/?id=1&b");
  EXPECT_EQ(dropped("http://a.example/?gclid=1#x"), "http://a.example/");
  EXPECT_EQ(dropped("http://a.example/?&a"), "http://a.example/?&a");
  EXPECT_EQ(dropped("http://a.example/?xutm_a&gclids=1"), "http://a.example/?xutm_a&gclids=1");
}

TEST(CrawlScope, IsTheFolderOfTheRoot) {
  Scope scope(url("https://a.example:8443/docs/start.html?x"));
  for (const char* text : {"https://a.example:8443/docs/", "https://a.example:8443/docs/b/c?d",
                           "https://a.example:8443/x/../docs/b"}) {
    EXPECT_TRUE(scope.contains(url(text))) << text;
  }
  for (const char* text :
       {"https://a.example:8443/docs", "https://a.example:8443/docsearch",
        "https://a.example:8443/docs/../", "https://a.example/docs/", "http://a.example:8443/docs/",
        "https://b.example:8443/docs/", "https://www.a.example:8443/docs/", "mailto:a@b.example"}) {
    EXPECT_FALSE(scope.contains(url(text))) << text;
  }
  EXPECT_TRUE(Scope(url("https://a.example")).contains(url("https://a.example/b")));
}

TEST(CrawlTextlessExtension, IsThatOfAFileWithoutText) {
  auto of = [](const std::string& path) {
    return textless_extension(url("https://a.example" + path));
  };
  EXPECT_EQ(of("/a/tusk.jpg"), ".jpg");
  EXPECT_EQ(of("/a/TUSK.WOFF2?v=1#x"), ".woff2");
  EXPECT_EQ(of("/7.7z"), ".7z");
  EXPECT_EQ(of("/a.b/archive.tar.gz"), ".gz");
  for (const char* path : {"/", "/a.jpg/", "/jpg", "/.png", "/report.pdf", "/a.html",
                           "/a.php?x=b.jpg", "/wiki/File:Tusk.jpg", "/v1.2", "/a.jpgx"}) {
    EXPECT_EQ(of(path), "") << path;
  }
}

TEST(CrawlFilter, ExcludesBeforeItIncludes) {
  Filter filter{.include = {"/docs/*", "https://a.example/faq"},
                .exclude = {"*.pdf", "/docs/old/*"}};
  EXPECT_TRUE(filter.allows(url("https://a.example/docs/a?b")));
  EXPECT_TRUE(filter.allows(url("https://a.example/faq#x")));
  for (const char* text : {"https://a.example/blog/", "https://a.example/docs/a.pdf",
                           "https://a.example/docs/old/a", "http://a.example/faq"}) {
    EXPECT_FALSE(filter.allows(url(text))) << text;
  }
  EXPECT_TRUE((Filter{.include = {}, .exclude = {"/x"}}).allows(url("https://a.example/y")));
  EXPECT_TRUE(Filter{}.allows(url("https://a.example/y")));
}

}  // namespace
}  // namespace walrus::crawl
