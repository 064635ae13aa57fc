#include <gmock/gmock.h>

#include <string>

#include "extract/readers/reading.h"
#include "extract/web_page.h"

namespace walrus::extract {
namespace {

using testing::ElementsAre;

WebPage page_of(std::string_view html) {
  Input input;
  input.bytes = html;
  auto page = read_page(input, {});
  EXPECT_TRUE(page) << (page ? "" : page.error().message);
  return page ? *page : WebPage();
}

std::vector<std::string> addresses(const WebPage& page) {
  std::vector<std::string> result;
  for (const PageLink& link : page.links) {
    result.push_back(link.address + (link.nofollow ? " nofollow" : ""));
  }
  return result;
}

TEST(HtmlMetadata, LinksAreThoseOfTheWholePageInOrder) {
  WebPage page = page_of(R"(<head><base href=" /docs/ "><base href=/no></head><nav><a href="
      one.html">1</a><a name=x>no</a><a href="#top">no</a></nav><p><a rel="external NOFOLLOW"
      href="/tw
o?a=1&amp;b=2">2</a><map><area href=three></map><a href="">no</a><footer hidden><a href='mailto:x'>4</a>)");
  EXPECT_THAT(addresses(page),
              ElementsAre("one.html", "/two?a=1&b=2 nofollow", "three", "mailto:x"));
  EXPECT_EQ(page.base, "/docs/");
}

TEST(HtmlMetadata, LinksAreBounded) {
  std::string html =
      "<a href=" + std::string(kMaxAddressBytes + 1, 'x') + ">x</a><a href='a&#127;'>x</a>";
  for (std::size_t i = 0; i < kMaxPageLinks + 10; ++i) html += "<a href=y>y</a>";
  WebPage page = page_of(html);
  EXPECT_EQ(page.links.size(), kMaxPageLinks);
  EXPECT_EQ(page.links.front().address, "y");
}

TEST(HtmlMetadata, RobotsAreToldByTheirNames) {
  EXPECT_TRUE(page_of("<meta name=ROBOTS content='NoIndex, follow'>").noindex);
  EXPECT_FALSE(page_of("<meta name=ROBOTS content='NoIndex, follow'>").nofollow);
  EXPECT_TRUE(page_of("<meta name=walrusbot content=none>").nofollow);
  EXPECT_TRUE(page_of("<meta name=walrusbot content=none>").noindex);
  EXPECT_FALSE(page_of("<meta name=otherbot content=noindex>").noindex);
  EXPECT_FALSE(page_of("<meta name=robots content='noindexing, max-snippet:1'>").noindex);
  WebPage both = page_of("<meta name=robots content=noindex><meta name=robots content=nofollow>");
  EXPECT_TRUE(both.noindex && both.nofollow);
}

TEST(HtmlMetadata, TheCanonicalAddressComesFromTheHead) {
  EXPECT_EQ(
      page_of("<link rel='alternate canonical' href=' /a '><link rel=canonical href=/b>").canonical,
      "/a");
  EXPECT_EQ(page_of("<body><p>text<link rel=canonical href=/b></body>").canonical, "");
}

TEST(HtmlMetadata, TheLanguageIsTheDeclaredOne) {
  EXPECT_EQ(page_of("<html lang='pt-BR'><p>x").language, "pt-BR");
  EXPECT_EQ(page_of("<meta http-equiv=Content-Language content=de><p>x").language, "de");
  EXPECT_EQ(page_of("<html lang='<b>'><p>x").language, "");
  EXPECT_EQ(page_of("<p>x").language, "");
}

}  // namespace
}  // namespace walrus::extract
