#include "webhooks/endpoint.h"

#include <gtest/gtest.h>

namespace walrus::webhooks {
namespace {

Gates opened(std::initializer_list<const char*> texts) {
  std::vector<net::AddressRange> ranges;
  for (const char* text : texts) ranges.push_back(net::AddressRange::parse(text).value());
  return Gates(std::move(ranges));
}

TEST(WebhookUrl, IsHttpsToThePublic) {
  Gates gates = opened({});
  for (const char* url :
       {"https://hooks.example.com/a?b=c", "https://8.8.8.8/", "https://[2606:4700::1111]/",
        "https://b\xc3\xbc"
        "cher.example/"}) {
    EXPECT_TRUE(check_url(url, gates)) << url;
  }
}

TEST(WebhookUrl, ThatCanNeverBeDeliveredToIsRefused) {
  Gates gates = opened({});
  for (const char* url : {"",
                          "hooks.example.com",
                          "ftp://hooks.example.com",
                          "http://hooks.example.com/",
                          "http://8.8.8.8/",
                          "https://127.0.0.1/",
                          "https://2130706433/",
                          "https://0x7f.1/",
                          "https://[::1]/",
                          "https://[::ffff:10.0.0.1]/",
                          "https://169.254.169.254/",
                          "https://hooks.example.com:8443/",
                          "https://user@hooks.example.com/",
                          "https://user:word@hooks.example.com/",
                          "https://good.example@127.0.0.1/",
                          "https://hooks.example.com/ x",
                          " https://hooks.example.com/",
                          "https://hooks.example.com/\r\nX: y",
                          "https://hooks.example.com:99999/",
                          "https:127.0.0.1/",
                          "https:\\\\127.0.0.1\\",
                          "javascript:1",
                          "file:///etc/passwd"}) {
    auto checked = check_url(url, gates);
    ASSERT_FALSE(checked) << url;
    EXPECT_EQ(checked.error().code, ErrorCode::kValidationError);
    EXPECT_EQ(checked.error().fields.at(0).pointer, "/url");
  }
  EXPECT_FALSE(check_url("https://a.example/" + std::string(2048, 'x'), gates));
}

TEST(WebhookUrl, PlainHttpGoesToOpenedRangesAlone) {
  Gates gates = opened({"10.0.0.0/8"});
  EXPECT_TRUE(check_url("http://10.1.2.3:9000/", gates));
  EXPECT_TRUE(check_url("https://10.1.2.3:9000/", gates));
  EXPECT_TRUE(check_url("http://intranet:9000/", gates)) << "its address is checked at the socket";
  EXPECT_FALSE(check_url("http://8.8.8.8/", gates));
  EXPECT_FALSE(check_url("http://127.0.0.1/", gates));
  const auto& http = gates.of("http");
  EXPECT_FALSE(http->allows(*net::Address::parse("8.8.8.8"), 80)) << "whatever a name resolves to";
}

}  // namespace
}  // namespace walrus::webhooks
