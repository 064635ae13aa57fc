#include "net/aws_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace walrus::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(AwsProfile, ReadsBothFiles) {
  constexpr const char* kText =
      "stray = 1\n"
      "# comment\n"
      "[default]\n"
      "AWS_Access_Key_Id = AKID\r\n"
      "aws_secret_access_key=a=b/c+\n"
      "; another\n"
      "s3 =\n"
      "  nested = 1\n"
      "\n"
      "[ profile  two ]\n"
      "region = eu-west-1\n"
      "[sso-session x]\n"
      "region = us-east-1\n"
      "[profile ]\n"
      "no equals sign\n";
  AwsProfiles config = parse_aws_profiles(kText, true);
  EXPECT_EQ(
      config.at("default"),
      (AwsProfile{{"aws_access_key_id", "AKID"}, {"aws_secret_access_key", "a=b/c+"}, {"s3", ""}}));
  EXPECT_EQ(config.at("two"), (AwsProfile{{"region", "eu-west-1"}}));
  EXPECT_FALSE(config.contains("sso-session x"));
  AwsProfiles credentials = parse_aws_profiles("[two]\na = b\n[profile x]\nc = d", false);
  EXPECT_EQ(credentials.at("two"), (AwsProfile{{"a", "b"}}));
  EXPECT_EQ(credentials.at("profile x"), (AwsProfile{{"c", "d"}}));
}

TEST(AwsProfile, ReadsWhatIsBroken) {
  for (const char* text : {"", "[", "[]", "[x", "=\n[=]\n=", "\n\n\n", "[profile", "[profile]"}) {
    parse_aws_profiles(text, true);
    parse_aws_profiles(text, false);
  }
  EXPECT_EQ(parse_aws_profiles("[x\na = b", false).at("x"), (AwsProfile{{"a", "b"}}));
}

TEST(AwsProfile, GivesItsKeys) {
  auto keys = keys_of_profile("p", {{"aws_access_key_id", "A"},
                                    {"aws_secret_access_key", "s"},
                                    {"aws_session_token", "t"},
                                    {"role_arn", "kept for others"}});
  ASSERT_TRUE(keys && *keys);
  EXPECT_EQ(**keys, (AwsKeys{"A", "s", "t"}));
  keys = keys_of_profile("p", {{"region", "eu-west-1"}});
  ASSERT_TRUE(keys);
  EXPECT_FALSE(*keys);
}

TEST(AwsProfile, SaysWhatItCannotUse) {
  for (const char* setting : {"role_arn", "sso_session", "sso_start_url", "credential_process"}) {
    auto keys =
        keys_of_profile("team", {{setting, "secret-canary"}, {"source_profile", "default"}});
    ASSERT_FALSE(keys);
    EXPECT_THAT(keys.error().message, HasSubstr(setting));
    EXPECT_THAT(keys.error().message, HasSubstr("team"));
    EXPECT_THAT(keys.error().message + keys.error().detail, Not(HasSubstr("secret-canary")));
  }
  for (const char* half : {"aws_access_key_id", "aws_secret_access_key"}) {
    auto keys = keys_of_profile("team", {{half, "secret-canary"}});
    ASSERT_FALSE(keys);
    EXPECT_THAT(keys.error().message + keys.error().detail, Not(HasSubstr("secret-canary")));
  }
}

}  // namespace
}  // namespace walrus::net
