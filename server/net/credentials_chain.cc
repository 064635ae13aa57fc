#include "net/credentials_chain.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/ascii.h"
#include "net/aws_profile.h"
#include "net/aws_session.h"

namespace walrus::net {

namespace {

using Found = Result<std::optional<SessionKeys>>;

constexpr const char* kContainerHost = "http://169.254.170.2";
constexpr const char* kInstanceMetadata = "http://169.254.169.254";
constexpr const char* kSessionName = "walrus";

// Small files of the operator's, read where they are needed: they change under a running server.
std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::unexpected<Error> no_file(std::string_view variable) {
  return fail(ErrorCode::kStorageUnavailable,
              fmt::format("The file that {} names cannot be read.", variable),
              "a file of credentials");
}

// The token in a file that a variable names, without the line's end that editors leave.
Result<std::string> read_token(const std::string& path, std::string_view variable) {
  std::optional<std::string> text = read_file(path);
  if (!text) return no_file(variable);
  return std::string(trimmed(*text, " \t\r\n"));
}

class EnvironmentKeys final : public KeysProvider {
 public:
  explicit EnvironmentKeys(Environment environment) : environment_(std::move(environment)) {}

  Task<Found> fetch(std::stop_token) override {
    std::optional<std::string> id = environment_("AWS_ACCESS_KEY_ID");
    std::optional<std::string> secret = environment_("AWS_SECRET_ACCESS_KEY");
    if (!id && !secret) co_return std::nullopt;
    if (!id || !secret) {
      co_return fail(ErrorCode::kStorageUnavailable,
                     "Set both of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or none.",
                     "half a pair of keys in the environment");
    }
    co_return SessionKeys{{*id, *secret, environment_("AWS_SESSION_TOKEN").value_or("")}};
  }

 private:
  Environment environment_;
};

class WebIdentityKeys final : public KeysProvider {
 public:
  WebIdentityKeys(Environment environment, std::string region, HttpClient& http)
      : environment_(std::move(environment)), region_(std::move(region)), http_(http) {}

  Task<Found> fetch(std::stop_token stop) override {
    std::optional<std::string> file = environment_("AWS_WEB_IDENTITY_TOKEN_FILE");
    std::optional<std::string> role = environment_("AWS_ROLE_ARN");
    if (!file || !role) co_return std::nullopt;
    Result<std::string> token = read_token(*file, "AWS_WEB_IDENTITY_TOKEN_FILE");
    if (!token) co_return std::unexpected(std::move(token.error()));
    WebIdentity identity{std::move(*token), *role,
                         environment_("AWS_ROLE_SESSION_NAME").value_or(kSessionName)};
    std::string endpoint = environment_("AWS_ENDPOINT_URL_STS")
                               .value_or(fmt::format("https://sts.{}.amazonaws.com/", region_));
    Result<SessionKeys> keys =
        co_await web_identity_keys(http_, std::move(endpoint), std::move(identity), stop);
    if (!keys) co_return std::unexpected(std::move(keys.error()));
    co_return std::move(*keys);
  }

 private:
  Environment environment_;
  std::string region_;
  HttpClient& http_;
};

class ProfileKeys final : public KeysProvider {
 public:
  explicit ProfileKeys(Environment environment) : environment_(std::move(environment)) {}

  Task<Found> fetch(std::stop_token) override {
    std::optional<std::string> chosen = environment_("AWS_PROFILE");
    std::string name = chosen.value_or("default");
    // What the file of credentials says of a profile goes before what the configuration says.
    std::optional<AwsProfile> merged;
    for (bool is_config : {false, true}) {
      AwsProfiles profiles = parse_aws_profiles(read_file(path(is_config)).value_or(""), is_config);
      auto at = profiles.find(name);
      if (at == profiles.end()) continue;
      if (!merged) merged.emplace();
      merged->merge(at->second);
    }
    if (!merged && chosen) {
      co_return fail(ErrorCode::kStorageUnavailable,
                     fmt::format("There is no AWS profile \"{}\", which AWS_PROFILE names.", name),
                     "a profile that is not there");
    }
    if (!merged) co_return std::nullopt;
    Result<std::optional<AwsKeys>> keys = keys_of_profile(name, *merged);
    if (!keys) co_return std::unexpected(std::move(keys.error()));
    if (!*keys) co_return std::nullopt;
    co_return SessionKeys{std::move(**keys)};
  }

 private:
  std::filesystem::path path(bool is_config) const {
    std::optional<std::string> named =
        environment_(is_config ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE");
    if (named) return *named;
    std::filesystem::path home = environment_("HOME").value_or("/");
    return home / ".aws" / (is_config ? "config" : "credentials");
  }

  Environment environment_;
};

class ContainerKeys final : public KeysProvider {
 public:
  ContainerKeys(Environment environment, HttpClient& http)
      : environment_(std::move(environment)), http_(http) {}

  Task<Found> fetch(std::stop_token stop) override {
    std::optional<std::string> relative = environment_("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    std::optional<std::string> full = environment_("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative && !full) co_return std::nullopt;
    std::string url = relative ? kContainerHost + *relative : *full;
    if (!is_container_url(url)) {
      co_return fail(ErrorCode::kStorageUnavailable,
                     "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or an address of this "
                     "machine or its container agent.",
                     "a container URL that is not near");
    }
    Result<std::string> token = authorization();
    if (!token) co_return std::unexpected(std::move(token.error()));
    Result<SessionKeys> keys =
        co_await container_keys(http_, std::move(url), std::move(*token), stop);
    if (!keys) co_return std::unexpected(std::move(keys.error()));
    co_return std::move(*keys);
  }

 private:
  Result<std::string> authorization() const {
    std::optional<std::string> file = environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (file) return read_token(*file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    return environment_("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  }

  Environment environment_;
  HttpClient& http_;
};

class InstanceKeys final : public KeysProvider {
 public:
  InstanceKeys(Environment environment, HttpClient& http)
      : environment_(std::move(environment)), http_(http) {}

  Task<Found> fetch(std::stop_token stop) override {
    std::string disabled = environment_("AWS_EC2_METADATA_DISABLED").value_or("");
    if (equal_ignoring_case(disabled, "true")) co_return std::nullopt;
    std::string endpoint =
        environment_("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or(kInstanceMetadata);
    co_return co_await instance_keys(http_, std::move(endpoint), stop);
  }

 private:
  Environment environment_;
  HttpClient& http_;
};

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value && *value ? std::optional<std::string>(value) : std::nullopt;
  };
}

std::unique_ptr<CredentialsSource> default_credentials(Environment environment, std::string region,
                                                       HttpClient& http, const Clock& clock,
                                                       const Log& log) {
  std::vector<std::unique_ptr<KeysProvider>> providers;
  providers.push_back(std::make_unique<EnvironmentKeys>(environment));
  providers.push_back(std::make_unique<WebIdentityKeys>(environment, std::move(region), http));
  providers.push_back(std::make_unique<ProfileKeys>(environment));
  providers.push_back(std::make_unique<ContainerKeys>(environment, http));
  providers.push_back(std::make_unique<InstanceKeys>(environment, http));
  return std::make_unique<CachedCredentials>(std::move(providers), clock, log);
}

}  // namespace walrus::net
