#include "crawl/sitemap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <array>

#include "crawl/canonical.h"

namespace walrus::crawl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string urlset(const std::string& inside) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">" +
         inside + "</urlset>";
}

std::vector<std::string> urls_in(const std::string& body) {
  return parse_sitemap(body).urls;
}

// What `loc` says where it is written as `text`.
std::vector<std::string> location(const std::string& text) {
  return urls_in(urlset("<url><loc>" + text + "</loc></url>"));
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string in = text;
  std::string out(deflateBound(&stream, in.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(Sitemap, NamesPages) {
  Sitemap sitemap = parse_sitemap(
      urlset("\n<url>\n  <loc>\n https://a.example/1 </loc><lastmod>2024-01-15</lastmod>\n</url>\n"
             "<!-- <url><loc>https://a.example/no</loc></url> -->"
             "<url><priority>0.5</priority><loc>https://a.example/2</loc></url>"));
  EXPECT_FALSE(sitemap.is_index);
  EXPECT_THAT(sitemap.urls, ElementsAre("https://a.example/1", "https://a.example/2"));
}

TEST(Sitemap, NamesOtherSitemaps) {
  Sitemap sitemap = parse_sitemap(
      "\xEF\xBB\xBF<sitemapindex><sitemap><loc>https://a.example/a.xml.gz</loc></sitemap>"
      "</sitemapindex>");
  EXPECT_TRUE(sitemap.is_index);
  EXPECT_THAT(sitemap.urls, ElementsAre("https://a.example/a.xml.gz"));
}

TEST(Sitemap, HasNamespacesAndExtensions) {
  EXPECT_THAT(urls_in("<s:urlset xmlns:s='x'><s:url><s:loc>https://a.example/</s:loc>"
                      "<image:image><image:loc>https://a.example/i.png</image:loc></image:image>"
                      "<xhtml:link rel=\"alternate\" href=\"/a>b\"/></s:url>"
                      "<s:url><s:loc a='>'>https://a.example/2</s:loc></s:url></s:urlset>"),
              ElementsAre("https://a.example/", "https://a.example/2"));
}

TEST(Sitemap, DecodesReferences) {
  EXPECT_THAT(location("/?a&amp;b&lt;&gt;&quot;&apos;"), ElementsAre("/?a&b<>\"'"));
  EXPECT_THAT(location("/&#65;&#x42;&#x1F600;"), ElementsAre("/AB\xF0\x9F\x98\x80"));
  EXPECT_THAT(location("/<![CDATA[?a&amp;b]]>&amp;c"), ElementsAre("/?a&amp;b&c"));
  EXPECT_THAT(location("/&amp;amp;"), ElementsAre("/&amp;")) << "once";
}

TEST(Sitemap, LeavesWhatRefersToNothing) {
  for (const char* text : {"/&", "/&;", "/&b=c", "/&copy;", "/&#;", "/&#0;", "/&#xD800;",
                           "/&#x110000;", "/&#99999999999999999999;", "/&#12a;"}) {
    EXPECT_THAT(location(text), ElementsAre(text));
  }
}

TEST(Sitemap, DeclaresNothing) {
  EXPECT_THAT(urls_in("<?xml version='1.0'?><!DOCTYPE urlset [<!ENTITY a 'https://a.example/'>]>"
                      "<urlset><url><loc>&a;</loc></url></urlset>"),
              IsEmpty());
}

TEST(Sitemap, EndsWhereItIsMalformed) {
  const std::string good = "<url><loc>https://a.example/</loc></url>";
  for (const char* bad : {"<", "<url", "<url a=\"", "<!--", "<![CDATA[", "<?", "<!x>", "</a></b>",
                          "</urlset></urlset></urlset>"}) {
    EXPECT_EQ(urls_in("<urlset>" + good + bad + good).size(), 1u) << bad;
  }
  EXPECT_THAT(urls_in("<urlset><url><loc>https://a.example/"), IsEmpty());
}

TEST(Sitemap, IsNoOtherXml) {
  EXPECT_THAT(urls_in("<html><body><loc>https://a.example/</loc></body></html>"), IsEmpty());
  EXPECT_THAT(urls_in("<urlset/><url><loc>/</loc></url>"), IsEmpty());
  EXPECT_THAT(urls_in("<urlset><loc>/</loc></urlset>"), IsEmpty());
}

TEST(Sitemap, CanBeText) {
  EXPECT_THAT(
      urls_in("https://a.example/1\r\n\n  http://a.example/2 \nnothing\nhttps://a.example/3"),
      ElementsAre("https://a.example/1", "http://a.example/2", "https://a.example/3"));
  EXPECT_THAT(urls_in(""), IsEmpty());
}

TEST(Sitemap, CanBeCompressed) {
  std::string whole = gzip(urlset("<url><loc>https://a.example/</loc></url>"));
  EXPECT_THAT(urls_in(whole), ElementsAre("https://a.example/"));
  EXPECT_THAT(urls_in(gzip("https://a.example/")), ElementsAre("https://a.example/"));
  EXPECT_THAT(urls_in(whole.substr(0, 20)), IsEmpty());
  EXPECT_THAT(urls_in("\x1F\x8B and no gzip"), IsEmpty());
}

TEST(Sitemap, HoldsUrlsToTheirLength) {
  std::string longest = "/" + std::string(kMostUrlBytes - 1, 'a');
  std::string blanks(5000, ' ');
  EXPECT_THAT(location(blanks + longest + blanks), ElementsAre(longest));
  EXPECT_THAT(location(longest + "b"), IsEmpty());
  EXPECT_THAT(location(longest + "<![CDATA[b]]>"), IsEmpty());
  EXPECT_THAT(urls_in("https://a.example" + longest), IsEmpty());
}

TEST(Sitemap, HasAtMostFiftyThousandUrls) {
  std::string xml;
  std::string lines;
  for (std::size_t i = 0; i <= kMostSitemapUrls; ++i) {
    xml += "<url><loc>/</loc></url>";
    lines += "http://a\n";
  }
  EXPECT_EQ(urls_in(urlset(xml)).size(), kMostSitemapUrls);
  EXPECT_EQ(urls_in(lines).size(), kMostSitemapUrls);
}

TEST(Sitemap, OfABombIsReadUpToTheLimit) {
  std::string blanks(kMostSitemapBytes, ' ');
  EXPECT_THAT(urls_in(gzip("http://a\n" + blanks + "\nhttp://b")), ElementsAre("http://a"));
  EXPECT_THAT(urls_in("http://a\n" + blanks + "\nhttp://b"), ElementsAre("http://a"));
}

}  // namespace
}  // namespace walrus::crawl
