#include "net/aws_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time_format.h"
#include "testing/manual_loop.h"
#include "testing/scripted_http_server.h"

namespace walrus::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;

constexpr const char* kKeys =
    R"({"Code":"Success","AccessKeyId":"AKID","SecretAccessKey":"secret-canary",)"
    R"("Token":"token-canary","Expiration":"2024-01-15T16:30:00Z"})";
constexpr const char* kStsAnswer =
    R"(<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>system:serviceaccount:a:b</SubjectFromWebIdentityToken>
    <Credentials>
      <AccessKeyId>AKID</AccessKeyId>
      <SecretAccessKey>secret-canary</SecretAccessKey>
      <SessionToken>token-canary</SessionToken>
      <Expiration>2024-01-15T16:30:00Z</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>)";

void expect_keys(const SessionKeys& found) {
  EXPECT_EQ(found.keys, (AwsKeys{"AKID", "secret-canary", "token-canary"}));
  EXPECT_EQ(found.expires_at, parse_iso("2024-01-15T16:30:00Z"));
}

void expect_no_secret(const Error& error) {
  for (const char* secret : {"secret-canary", "token-canary", "identity-canary"})
    EXPECT_THAT(error.message + error.detail, Not(HasSubstr(secret)));
}

class AwsSessionTest : public ::testing::Test {
 protected:
  template <class T>
  T run(Task<T> task) {
    return testing::run(loop_, std::move(task));
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  Log log_ = Log::none();
  HttpClient http_{log_};
};

TEST_F(AwsSessionTest, AsksTheContainersAgent) {
  ScriptedHttpServer server([](const SeenRequest&) { return whole_reply(200, kKeys); });
  auto keys = run(container_keys(http_, server.url("/v2/keys?id=1"), "identity-canary", {}));
  ASSERT_TRUE(keys) << keys.error().detail;
  expect_keys(*keys);
  EXPECT_EQ(server.requests().at(0).target, "/v2/keys?id=1");
  EXPECT_EQ(server.requests().at(0).header("authorization"), "identity-canary");
}

TEST_F(AwsSessionTest, TellsNoSecretOfAContainerThatFails) {
  for (int status : {200, 302, 400, 403, 500}) {
    ScriptedHttpServer server([status](const SeenRequest&) {
      return whole_reply(status, R"({"AccessKeyId":"AKID","SecretAccessKey":"secret-canary"})");
    });
    auto keys = run(container_keys(http_, server.url("/"), "identity-canary", {}));
    ASSERT_FALSE(keys) << status;
    EXPECT_EQ(keys.error().code, ErrorCode::kStorageUnavailable);
    expect_no_secret(keys.error());
  }
}

TEST_F(AwsSessionTest, TakesOnlyUrlsThatAreNear) {
  for (const char* url :
       {"https://keys.example/x", "http://127.0.0.1:80/x", "http://localhost/x", "http://[::1]/x",
        "http://169.254.170.2/x", "http://169.254.170.23/v1", "http://[fd00:ec2::23]/v1"})
    EXPECT_TRUE(is_container_url(url)) << url;
  for (const char* url :
       {"", "http://keys.example/x", "http://169.254.169.254/", "http://10.0.0.1/",
        "http://169.254.170.2@keys.example/", "http://169.254.170.2.keys.example/",
        "ftp://127.0.0.1/", "file:///etc/passwd", "http://[fd00:ec2::24]/"})
    EXPECT_FALSE(is_container_url(url)) << url;
}

testing::Script metadata(const SeenRequest& seen) {
  if (seen.target == "/latest/api/token") {
    bool is_put =
        seen.method == "PUT" && !seen.header("x-aws-ec2-metadata-token-ttl-seconds").empty();
    return is_put ? whole_reply(200, "identity-canary") : whole_reply(405, "");
  }
  if (seen.header("x-aws-ec2-metadata-token") != "identity-canary") return whole_reply(401, "");
  if (seen.target == "/latest/meta-data/iam/security-credentials/")
    return whole_reply(200, "my-role\n");
  if (seen.target == "/latest/meta-data/iam/security-credentials/my-role")
    return whole_reply(200, kKeys);
  return whole_reply(404, "");
}

TEST_F(AwsSessionTest, AsksTheMachinesMetadata) {
  ScriptedHttpServer server(metadata);
  for (const char* end : {"", "/"}) {
    auto keys = run(instance_keys(http_, server.url(end), {}));
    ASSERT_TRUE(keys) << keys.error().detail;
    ASSERT_TRUE(*keys);
    expect_keys(**keys);
  }
}

TEST_F(AwsSessionTest, AMachineWithoutARoleHasNoKeys) {
  ScriptedHttpServer server([](const SeenRequest& seen) {
    return seen.method == "PUT" ? whole_reply(200, "t") : whole_reply(404, "");
  });
  auto keys = run(instance_keys(http_, server.url(""), {}));
  ASSERT_TRUE(keys);
  EXPECT_FALSE(*keys);
}

TEST_F(AwsSessionTest, AMachineWithoutTheServiceHasNoKeys) {
  std::string gone;
  {
    ScriptedHttpServer server(metadata);
    gone = server.url("");
  }
  auto keys = run(instance_keys(http_, gone, {}));
  ASSERT_TRUE(keys);
  EXPECT_FALSE(*keys);
}

TEST_F(AwsSessionTest, GoesNoOtherWayThanTheMetadataTells) {
  for (const char* role : {"../../x", "a b", "", "a/b", "<html>"}) {
    ScriptedHttpServer server([role](const SeenRequest& seen) {
      return whole_reply(200, seen.method == "PUT" ? "identity-canary" : role);
    });
    auto keys = run(instance_keys(http_, server.url(""), {}));
    ASSERT_FALSE(keys) << role;
    expect_no_secret(keys.error());
    EXPECT_EQ(server.requests().size(), 2U);
  }
}

TEST_F(AwsSessionTest, StopsWhenItIsAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  ScriptedHttpServer server(metadata);
  EXPECT_EQ(run(instance_keys(http_, server.url(""), stop.get_token())).error().code,
            ErrorCode::kCancelled);
  EXPECT_EQ(run(container_keys(http_, server.url("/"), "", stop.get_token())).error().code,
            ErrorCode::kCancelled);
  EXPECT_EQ(run(web_identity_keys(http_, server.url("/"), {}, stop.get_token())).error().code,
            ErrorCode::kCancelled);
}

TEST_F(AwsSessionTest, TradesAWebIdentityForKeys) {
  ScriptedHttpServer server(
      [](const SeenRequest&) { return whole_reply(200, kStsAnswer, "text/xml"); });
  WebIdentity identity{"identity-canary.a_b-c+/=", "arn:aws:iam::1:role/r", "walrus"};
  auto keys = run(web_identity_keys(http_, server.url("/"), identity, {}));
  ASSERT_TRUE(keys) << keys.error().detail;
  expect_keys(*keys);
  SeenRequest seen = server.requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.header("content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(seen.header("authorization"), "");
  EXPECT_EQ(seen.body,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%"
            "3Arole%2Fr"
            "&RoleSessionName=walrus&WebIdentityToken=identity-canary.a_b-c%2B%2F%3D");
}

TEST_F(AwsSessionTest, SaysWhyAWebIdentityIsRefused) {
  ScriptedHttpServer server([](const SeenRequest&) {
    return whole_reply(403,
                       "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
                       "<Message>identity-canary is not good</Message></Error></ErrorResponse>",
                       "text/xml");
  });
  auto keys = run(web_identity_keys(http_, server.url("/"), {"identity-canary", "r", "s"}, {}));
  ASSERT_FALSE(keys);
  EXPECT_THAT(keys.error().detail, HasSubstr("403 AccessDenied"));
  EXPECT_THAT(keys.error().message, HasSubstr("AWS_ROLE_ARN"));
  expect_no_secret(keys.error());
}

TEST(StsAnswer, IsReadStrictly) {
  std::string good = kStsAnswer;
  ASSERT_TRUE(read_sts_answer(good));
  auto broken = [&](const std::string& what, const std::string& by) {
    std::string text = good;
    text.replace(text.find(what), what.size(), by);
    return text;
  };
  for (const std::string& text :
       {std::string(), broken("<Credentials>", ""), broken("</Credentials>", ""),
        broken("<SessionToken>token-canary</SessionToken>", ""), broken("secret-canary", ""),
        broken("secret-canary", "a&amp;b"), broken("secret-canary", "a<b/>"),
        broken("secret-canary", "a b"), broken("2024-01-15T16:30:00Z", "tomorrow"),
        broken("<Expiration>", "<AccessKeyId>x</AccessKeyId><Expiration>"),
        "<!DOCTYPE x [<!ENTITY a \"b\">]>" + good, std::string("</Credentials><Credentials>")}) {
    Result<SessionKeys> keys = read_sts_answer(text);
    ASSERT_FALSE(keys) << text;
    expect_no_secret(keys.error());
  }
}

}  // namespace
}  // namespace walrus::net
