#include "crawl/link_query.h"

#include <gtest/gtest.h>

#include "net/url.h"

namespace walrus::crawl {
namespace {

TEST(LinkQuery, IsInTheEncodingOfThePage) {
  EXPECT_EQ(with_query_in("/suche?q=Größe&x=1#Fußnote", "windows-1252"),
            "/suche?q=Gr%F6%DFe&x=1#Fußnote");
  EXPECT_EQ(with_query_in("?текст=морж", "windows-1251"), "?%F2%E5%EA%F1%F2=%EC%EE%F0%E6");
  EXPECT_EQ(with_query_in("/a?q=海象", "Shift_JIS"), "/a?q=%8AC%8F%DB");
}

TEST(LinkQuery, NamesCharactersThatTheEncodingLacks) {
  EXPECT_EQ(with_query_in("?a=海&b=é", "iso-8859-1"), "?a=%26%2328023%3B&b=%E9");
}

TEST(LinkQuery, LeavesTheRestToTheParser) {
  for (const char* address : {"/größe?q=1#é", "/a", "", "?q=a b%20c"}) {
    EXPECT_EQ(with_query_in(address, "windows-1252"), address);
  }
  for (const char* encoding : {"utf-8", "UTF-8", "UTF-16LE", "", "no-such-encoding"}) {
    EXPECT_EQ(with_query_in("/a?q=é", encoding), "/a?q=é") << encoding;
  }
  auto url = net::Url::parse(with_query_in("https://a.example/ü?q=ü ü", "windows-1252"));
  EXPECT_EQ(url->href(), "https://a.example/%C3%BC?q=%FC%20%FC");
}

TEST(LinkQuery, TakesBrokenBytesForOneCharacterEach) {
  EXPECT_EQ(with_query_in("?a=\xff", "windows-1252"), "?a=%26%2365533%3B");
}

}  // namespace
}  // namespace walrus::crawl
