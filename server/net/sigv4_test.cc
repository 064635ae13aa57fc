#include "net/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time_format.h"

namespace walrus::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

constexpr const char* kMoment = "2015-08-30T12:36:00Z";

TEST(SigV4, SignsWhatIsSentAndNothingElse) {
  ClientRequest request{.method = "POST", .url = "http://127.0.0.1:4567", .body = "{}"};
  request.headers = {{"Content-Type", "application/x-amz-json-1.0"},
                     {"X-Amz-Target", "DynamoDB_20120810.GetItem"},
                     {"Accept-Encoding", "identity"}};
  AwsKeys keys{"AKIDEXAMPLE", "secret-canary", "token-1"};
  ASSERT_TRUE(sign_request(request, keys, {"eu-west-1", "dynamodb"}, *parse_iso(kMoment)));
  ASSERT_EQ(request.headers.size(), 6u);
  EXPECT_EQ(request.headers[3],
            (std::pair<std::string, std::string>("X-Amz-Date", "20150830T123600Z")));
  EXPECT_EQ(request.headers[4].second, "token-1");
  const std::string& authorization = request.headers[5].second;
  EXPECT_THAT(authorization,
              HasSubstr("Credential=AKIDEXAMPLE/20150830/eu-west-1/dynamodb/aws4_request"));
  EXPECT_THAT(
      authorization,
      HasSubstr("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target,"));
  EXPECT_THAT(authorization, Not(HasSubstr("secret-canary")));
  SignableRequest same{
      .method = "POST",
      .path = "/",
      .payload_hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"};
  same.headers = {request.headers[0],
                  request.headers[1],
                  request.headers[3],
                  request.headers[4],
                  {"Host", "127.0.0.1:4567"}};
  EXPECT_EQ(authorization,
            sign_v4(same, keys, {"eu-west-1", "dynamodb"}, *parse_iso(kMoment)).authorization);
}

TEST(SigV4, LeavesOutTheTokenOfKeysThatHaveNone) {
  ClientRequest request{.method = "POST", .url = "https://dynamodb.eu-west-1.amazonaws.com/"};
  ASSERT_TRUE(
      sign_request(request, {"AKIDEXAMPLE", "s"}, {"eu-west-1", "dynamodb"}, *parse_iso(kMoment)));
  for (const auto& [name, value] : request.headers) EXPECT_NE(name, "X-Amz-Security-Token");
  EXPECT_THAT(request.headers.back().second, HasSubstr("SignedHeaders=host;x-amz-date,"));
}

TEST(SigV4, SignsNoAddressThatIsNone) {
  for (const char* url : {"", "localhost", "mailto:a@b.example"}) {
    ClientRequest request{.url = url};
    EXPECT_FALSE(sign_request(request, {"A", "s"}, {"r", "s"}, *parse_iso(kMoment))) << url;
  }
}

TEST(SigV4, KnowsWhichRefusalsAreAboutTheTime) {
  EXPECT_TRUE(is_about_time("RequestExpired", ""));
  EXPECT_TRUE(is_about_time("RequestTimeTooSkewed", ""));
  EXPECT_TRUE(
      is_about_time("InvalidSignatureException",
                    "Signature expired: 20150830T123600Z is now earlier than 20150830T124100Z"));
  EXPECT_TRUE(
      is_about_time("InvalidSignatureException", "Signature not yet current: 20150830T123600Z"));
  EXPECT_FALSE(is_about_time("InvalidSignatureException",
                             "The request signature we calculated does not match"));
  EXPECT_FALSE(is_about_time("AccessDeniedException", "Signature expired"));
}

ClientResponse dated(std::string date) {
  return {.status = 400, .headers = {{"date", std::move(date)}}};
}

TEST(ClockSkew, GoesByTheDateOfTheRefusal) {
  ClockSkew skew;
  TimePoint now = *parse_iso(kMoment);
  EXPECT_EQ(skew.service_time(now), now);
  EXPECT_TRUE(skew.learn(dated("Sun, 30 Aug 2015 13:36:00 GMT"), now, now));
  EXPECT_EQ(skew.service_time(now), now + 1h);
  EXPECT_EQ(skew.service_time(now + 5s), now + 1h + 5s);
  EXPECT_TRUE(skew.learn(dated("Sun, 30 Aug 2015 12:00:00 GMT"), now + 1h, now)) << "set right";
  EXPECT_EQ(skew.service_time(now), now - 36min);
}

TEST(ClockSkew, KnowsWhenAnotherTryWouldBeTheSame) {
  ClockSkew skew;
  TimePoint now = *parse_iso(kMoment);
  auto refusal = dated("Sun, 30 Aug 2015 13:36:30 GMT");
  EXPECT_FALSE(skew.learn(refusal, now + 1h, now));
  EXPECT_TRUE(skew.learn(refusal, now, now));
  EXPECT_TRUE(skew.learn(refusal, now, now)) << "signed before somebody else learnt it";
}

TEST(ClockSkew, LearnsNothingFromWhatIsNoDate) {
  ClockSkew skew;
  TimePoint now = *parse_iso(kMoment);
  EXPECT_FALSE(skew.learn(dated("yesterday"), now, now));
  EXPECT_FALSE(skew.learn({.status = 403}, now, now));
  EXPECT_EQ(skew.service_time(now), now);
}

}  // namespace
}  // namespace walrus::net
