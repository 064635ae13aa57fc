#include "net/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/percent_encoding.h"

namespace walrus::net {
namespace {

using testing::HasSubstr;

std::string href_of(std::string_view text, std::string_view base = {}) {
  if (base.empty()) {
    auto url = Url::parse(text);
    return url ? url->href() : url.error().message;
  }
  Url whole = Url::parse(base).value();
  auto url = Url::parse(text, &whole);
  return url ? url->href() : url.error().message;
}

TEST(Url, HasItsParts) {
  auto url = Url::parse("https://me:word@Docs.Example.com:8443/a/../b?c=d#e");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme(), "https");
  EXPECT_EQ(url->username(), "me");
  EXPECT_EQ(url->password(), "word");
  EXPECT_EQ(url->host(), "docs.example.com");
  EXPECT_EQ(url->port(), 8443);
  EXPECT_EQ(url->path(), "/b");
  EXPECT_EQ(url->query(), "c=d");
  EXPECT_EQ(url->fragment(), "e");
  EXPECT_EQ(url->href(), "https://me:word@docs.example.com:8443/b?c=d#e");
  EXPECT_EQ(url->origin(), "https://docs.example.com:8443");
  EXPECT_EQ(*Url::parse(url->href()), *url);
}

TEST(Url, LeavesOutItsSchemesOwnPort) {
  EXPECT_EQ(href_of("https://a.example:443/"), "https://a.example/");
  EXPECT_EQ(href_of("http://a.example:080/"), "http://a.example/");
  EXPECT_EQ(href_of("http://a.example:/"), "http://a.example/");
  EXPECT_EQ(href_of("http://a.example:443/"), "http://a.example:443/");
  EXPECT_EQ(Url::parse("https://a.example")->effective_port(), 443);
  EXPECT_EQ(Url::parse("https://a.example:8443")->effective_port(), 8443);
  EXPECT_EQ(Url::parse("mailto:a@b.example")->effective_port(), 0);
}

TEST(Url, IsReadAgainstItsBase) {
  constexpr std::string_view kBase = "http://a.example/b/c/d;p?q#r";
  EXPECT_EQ(href_of("g", kBase), "http://a.example/b/c/g");
  EXPECT_EQ(href_of("./g/.", kBase), "http://a.example/b/c/g/");
  EXPECT_EQ(href_of("../../../g", kBase), "http://a.example/g");
  EXPECT_EQ(href_of("%2E%2e/g", kBase), "http://a.example/b/g");
  EXPECT_EQ(href_of("/g", kBase), "http://a.example/g");
  EXPECT_EQ(href_of("\\g\\h", kBase), "http://a.example/g/h");
  EXPECT_EQ(href_of("//b.example", kBase), "http://b.example/");
  EXPECT_EQ(href_of("?x", kBase), "http://a.example/b/c/d;p?x");
  EXPECT_EQ(href_of("#s", kBase), "http://a.example/b/c/d;p?q#s");
  EXPECT_EQ(href_of("", kBase), "http://a.example/b/c/d;p?q");
  EXPECT_EQ(href_of("http:g", kBase), "http://a.example/b/c/g");
  EXPECT_EQ(href_of("https:g", kBase), "https://g/");
}

TEST(Url, OtherSchemesAreToldApart) {
  EXPECT_FALSE(Url::parse("mailto:a@b.example")->is_web());
  EXPECT_FALSE(Url::parse("javascript:void(0)")->is_web());
  EXPECT_FALSE(Url::parse("ftp://a.example/")->is_web());
  EXPECT_TRUE(Url::parse("HTTP://a.example/")->is_web());
  EXPECT_EQ(href_of("file:///C|/a/../../b"), "file:///C:/b");
  EXPECT_EQ(href_of("web+x:/.//not-a-host/"), "web+x:/.//not-a-host/");
  EXPECT_EQ(Url::parse("data:text/plain,x")->origin(), "null");
}

TEST(Url, BlanksAndBrokenTextArePutRight) {
  EXPECT_EQ(href_of("  http://a.ex\nample/\tb \r\n"), "http://a.example/b");
  EXPECT_EQ(href_of("http://a.example/a b"), "http://a.example/a%20b");
  EXPECT_EQ(href_of("http://a.example/\xff?\xc3("), "http://a.example/%EF%BF%BD?%EF%BF%BD(");
  EXPECT_EQ(href_of("http://a.example/100%?'#`"), "http://a.example/100%?%27#%60");
}

TEST(Url, SpellingsOfAnAddressBecomeOne) {
  for (const char* text :
       {"http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://127.1/",
        "http://0177.0.0.1/", "http://0x7f000001/", "http://127.0.0.1./", "http://%31%32%37.1/",
        "http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1/"}) {
    EXPECT_EQ(Url::parse(text)->host(), "127.0.0.1") << text;
  }
  EXPECT_EQ(Url::parse("http://[FD00:0:0::0001]:80/")->host(), "[fd00::1]");
  EXPECT_EQ(Url::parse("http://[1:0:0:2:0:0:0:3]/")->host(), "[1:0:0:2::3]");
  EXPECT_EQ(Url::parse("http://[1:0:2:3:4:5:6:7]/")->host(), "[1:0:2:3:4:5:6:7]");
  EXPECT_EQ(Url::parse("http://[::127.0.0.1]/")->host(), "[::7f00:1]");
}

TEST(Url, KnowsWhetherItsHostIsAnAddress) {
  EXPECT_TRUE(Url::parse("http://0x7f.1/")->address()->is_v4());
  EXPECT_FALSE(Url::parse("http://[fd00::1]/")->address()->is_v4());
  EXPECT_TRUE(Url::parse("http://[::ffff:7f00:1]/")->address()->is_v4());
  EXPECT_FALSE(Url::parse("http://a.example/")->address());
}

TEST(Url, InternationalNamesBecomeAscii) {
  EXPECT_EQ(Url::parse("http://B\xc3\xbc"
                       "cher.example")
                ->host(),
            "xn--bcher-kva.example");
  EXPECT_EQ(Url::parse("http://stra%C3%9Fe.example")->host(), "xn--strae-oqa.example");
  EXPECT_EQ(Url::parse("http://XN--A.example")->host(), "xn--a.example") << "stands for nothing";
  EXPECT_EQ(Url::parse("http://\xd3\x80.example")->host(), "xn--s5a.example") << "newer than ICU";
  EXPECT_EQ(Url::parse("http://a\xe2\x81\xab.example")->host(), "a.example") << "newer than ICU";
  std::string endless = "http://";
  while (endless.size() < 4096) endless += "\xc3\xbc";
  EXPECT_THAT(href_of(endless), HasSubstr("too long"));
}

TEST(Url, ThatIsNoneIsRefusedInWords) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "has no scheme"},
      {"a.example", "has no scheme"},
      {"//a.example", "has no scheme"},
      {"https://", "has no host"},
      {"https://:80/", "has no host"},
      {"https://user@/", "behind its user name"},
      {"https://a.example:99999/", "port over 65535"},
      {"https://a.example:8x/", "port that is no number"},
      {"https://a b.example/", "a blank or a control character"},
      {"https://a%3Cb.example/", "'<'"},
      {"https://a%25b.example/", "'%'"},
      {"https://a%00b.example/", "control"},
      {"https://1.2.3.256/", "no IPv4 address"},
      {"https://1.2.3.4.5/", "no IPv4 address"},
      {"https://0x100000000/", "no IPv4 address"},
      {"https://a.09/", "no IPv4 address"},
      {"https://[::1/", "closing ']'"},
      {"https://[fe80::1%25eth0]/", "no IPv6 address"},
      {"https://[1:2:3:4:5:6:7:8:9]/", "no IPv6 address"},
      {"https://\xef\xbf\xbd.example/", "international name"},
  };
  for (auto [text, words] : kCases) EXPECT_THAT(href_of(text), HasSubstr(words)) << text;
  EXPECT_EQ(Url::parse("").error().code, ErrorCode::kValidationError);
  EXPECT_THAT(href_of("b", "mailto:a@b.example"), HasSubstr("has no parts"));
}

TEST(Url, LongOnesTakeLinearTime) {
  std::string text = "http://a.example";
  for (int i = 0; i < 200'000; ++i) text += "/a";
  for (int i = 0; i < 200'000; ++i) text += "/..";
  EXPECT_EQ(href_of(text), "http://a.example/");
  std::string ats =
      "http://" + std::string(300'000, '@') + "a.example:" + std::string(300'000, '0');
  EXPECT_TRUE(Url::parse(ats));
  EXPECT_FALSE(Url::parse("http://" + std::string(300'000, '1')));
}

TEST(PercentEncoding, DecodesWhatIsWhole) {
  EXPECT_EQ(percent_decode("%41%zz%4%e2%82%ac%"), "A%zz%4\xe2\x82\xac%");
  std::string out = "a";
  append_percent_encoded(out, " b^", EncodeSet::kQuery);
  EXPECT_EQ(out, "a%20b^");
}

}  // namespace
}  // namespace walrus::net
