#include "net/credentials_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/ids.h"
#include "testing/manual_loop.h"
#include "testing/scripted_http_server.h"

namespace walrus::net {
namespace {

using ::testing::HasSubstr;
using testing::ScriptedHttpServer;
using testing::SeenRequest;
using testing::whole_reply;

std::string keys_json(const std::string& id) {
  return R"({"AccessKeyId":")" + id + R"(","SecretAccessKey":"secret-canary",)" +
         R"("Token":"token-canary","Expiration":"2034-01-15T16:30:00Z"})";
}

std::string sts_answer(const std::string& id) {
  return "<R><Credentials><AccessKeyId>" + id +
         "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
         "<Expiration>2034-01-15T16:30:00Z</Expiration></Credentials></R>";
}

// All of AWS's places behind one server, each told by the keys that it gives.
class CredentialsChainTest : public ::testing::Test {
 protected:
  CredentialsChainTest()
      : folder_(std::filesystem::temp_directory_path() / ("walrus-keys-" + new_uuid(clock_.now()))),
        server_([](const SeenRequest& seen) {
          if (seen.target == "/container")
            return whole_reply(200, keys_json("CONTAINER-" + seen.header("authorization")));
          if (seen.target == "/sts") return whole_reply(200, sts_answer("IDENTITY"), "text/xml");
          if (seen.target == "/latest/api/token") return whole_reply(200, "t");
          return whole_reply(200, seen.target.ends_with("/role") ? keys_json("MACHINE") : "role");
        }) {
    std::filesystem::create_directories(folder_ / ".aws");
    variables_ = {{"HOME", folder_.string()},
                  {"AWS_EC2_METADATA_SERVICE_ENDPOINT", server_.url("")},
                  {"AWS_ENDPOINT_URL_STS", server_.url("/sts")}};
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  Result<AwsKeys> keys() {
    Environment environment = [this](const std::string& name) -> std::optional<std::string> {
      auto at = variables_.find(name);
      return at == variables_.end() ? std::nullopt : std::optional(at->second);
    };
    auto credentials = default_credentials(environment, "eu-west-1", http_, clock_, log_);
    return testing::run(loop_, credentials->keys({}));
  }
  std::string id() {
    Result<AwsKeys> found = keys();
    return found ? found->access_key_id : found.error().message;
  }
  void set_all() {
    variables_["AWS_ACCESS_KEY_ID"] = "ENVIRONMENT";
    variables_["AWS_SECRET_ACCESS_KEY"] = "s";
    variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = file("identity", "i\n");
    variables_["AWS_ROLE_ARN"] = "arn";
    file(".aws/credentials", "[default]\naws_access_key_id = PROFILE\naws_secret_access_key = s\n");
    variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server_.url("/container");
  }

  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  Log log_ = Log::none();
  HttpClient http_{log_};
  std::filesystem::path folder_;
  std::map<std::string, std::string> variables_;
  ScriptedHttpServer server_;
};

TEST_F(CredentialsChainTest, TakesTheFirstPlaceThatIsSetUp) {
  set_all();
  EXPECT_EQ(id(), "ENVIRONMENT");
  variables_.erase("AWS_ACCESS_KEY_ID");
  variables_.erase("AWS_SECRET_ACCESS_KEY");
  EXPECT_EQ(id(), "IDENTITY");
  variables_.erase("AWS_ROLE_ARN");
  EXPECT_EQ(id(), "PROFILE");
  std::filesystem::remove(folder_ / ".aws/credentials");
  EXPECT_EQ(id(), "CONTAINER-");
  variables_.erase("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  EXPECT_EQ(id(), "MACHINE");
  variables_["AWS_EC2_METADATA_DISABLED"] = "True";
  EXPECT_THAT(id(), HasSubstr("No AWS credentials were found"));
}

TEST_F(CredentialsChainTest, GivesWholeKeys) {
  variables_["AWS_ACCESS_KEY_ID"] = "A";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_EQ(*keys(), (AwsKeys{"A", "s", ""}));
  variables_["AWS_SESSION_TOKEN"] = "t";
  EXPECT_EQ(*keys(), (AwsKeys{"A", "s", "t"}));
}

TEST_F(CredentialsChainTest, GoesPastNothingThatIsSetUpWrongly) {
  set_all();
  variables_.erase("AWS_ACCESS_KEY_ID");
  EXPECT_THAT(id(), HasSubstr("AWS_ACCESS_KEY_ID"));
  variables_.erase("AWS_SECRET_ACCESS_KEY");
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = (folder_ / "none").string();
  EXPECT_THAT(id(), HasSubstr("AWS_WEB_IDENTITY_TOKEN_FILE"));
  variables_.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  variables_["AWS_PROFILE"] = "nobody";
  EXPECT_THAT(id(), HasSubstr("\"nobody\""));
}

TEST_F(CredentialsChainTest, MergesTheProfilesOfBothFiles) {
  variables_["AWS_PROFILE"] = "team";
  variables_["AWS_CONFIG_FILE"] =
      file("my-config",
           "[profile team]\naws_access_key_id = CONFIG\naws_secret_access_key = "
           "s\naws_session_token = t\n");
  EXPECT_EQ(*keys(), (AwsKeys{"CONFIG", "s", "t"}));
  variables_["AWS_SHARED_CREDENTIALS_FILE"] =
      file("my-keys", "[team]\naws_access_key_id = CREDENTIALS\n");
  EXPECT_EQ(*keys(), (AwsKeys{"CREDENTIALS", "s", "t"}));
  file("my-config", "[profile team]\nrole_arn = r\nsource_profile = default\n");
  file("my-keys", "");
  EXPECT_THAT(id(), HasSubstr("role_arn"));
}

TEST_F(CredentialsChainTest, ShowsTheContainersTokenToItsAgentAlone) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server_.url("/container");
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "one";
  EXPECT_EQ(id(), "CONTAINER-one");
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = file("token", "two\n");
  EXPECT_EQ(id(), "CONTAINER-two");
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://keys.example/container";
  EXPECT_THAT(id(), HasSubstr("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
  variables_.erase("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  variables_["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "@keys.example/";
  EXPECT_THAT(id(), HasSubstr("address of this machine"));
}

}  // namespace
}  // namespace walrus::net
