// Where AWS's keys come from when nobody names them: the places that AWS's own clients look at, in
// their order.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/credentials.h"
#include "net/http_client.h"

namespace walrus::net {

// The value of an environment variable that is set and not empty.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The process's own.
Environment process_environment();

// Asks, in this order, and each only where it is set up:
// 1. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN;
// 2. a web identity: AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME;
// 3. the profile AWS_PROFILE ("default") of AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) and
//    AWS_CONFIG_FILE (~/.aws/config);
// 4. the container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI, with
//    AWS_CONTAINER_AUTHORIZATION_TOKEN(_FILE);
// 5. the machine's role, unless AWS_EC2_METADATA_DISABLED is "true"; at
//    AWS_EC2_METADATA_SERVICE_ENDPOINT, where that is set.
// The security token service is AWS_ENDPOINT_URL_STS, or `region`'s. Everything given must outlive
// what is returned.
std::unique_ptr<CredentialsSource> default_credentials(Environment environment, std::string region,
                                                       HttpClient& http, const Clock& clock,
                                                       const Log& log);

}  // namespace walrus::net
