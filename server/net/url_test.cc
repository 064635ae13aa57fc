#include "net/url.h"

#include <gtest/gtest.h>

namespace walrus::net {
namespace {

TEST(Url, HasItsParts) {
  auto url = parse_url("https://Hooks.Example.com/a?b=c#d");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "hooks.example.com");
  EXPECT_EQ(url->port, 443);
  EXPECT_FALSE(url->has_credentials);
  EXPECT_EQ(parse_url("http://a.example:8080")->port, 8080);
  EXPECT_EQ(parse_url("http://[FD00::1]:80/")->host, "fd00::1");
}

TEST(Url, SpellingsOfAnAddressBecomeOne) {
  for (const char* text : {"http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/",
                           "http://127.1/", "http://0177.0.0.1/", "http://0x7f000001/"}) {
    EXPECT_EQ(parse_url(text)->host, "127.0.0.1") << text;
  }
}

TEST(Url, TellsOfCredentials) {
  for (const char* text : {"https://user@a.example", "https://user:word@a.example",
                           "https://:word@a.example", "https://good.example@127.0.0.1/"}) {
    EXPECT_TRUE(parse_url(text)->has_credentials) << text;
  }
}

TEST(Url, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "a.example", "//a.example", "https://", "ftp://a.example", "file:///etc/passwd",
        "gopher://a.example", "javascript:1", "https://a.example/ b", "https://a.example/\r\nX: y",
        "https://b\xc3\xbc"
        "cher.example",
        "https://a.example:99999"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

}  // namespace
}  // namespace walrus::net
