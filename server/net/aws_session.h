// Session keys from the services that give them: a container's, a machine's, and for a web
// identity.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/credentials.h"
#include "net/http_client.h"

namespace walrus::net {

// The keys in what the metadata services answer. Errors: storage_unavailable.
Result<SessionKeys> read_session_keys(std::string_view body);

// Those of a container: `url` names them, `authorization` may be empty.
Task<Result<SessionKeys>> container_keys(HttpClient& http, std::string url,
                                         std::string authorization, std::stop_token stop);
// Whether AWS's clients would ask `url`, with its token, for a container's keys: https, or an
// address of this machine or of the agent beside it.
bool is_container_url(std::string_view url);

// Those of the machine's role, by version 2 of its metadata service at `endpoint`. Nothing where
// there is no such service, or the machine has no role.
Task<Result<std::optional<SessionKeys>>> instance_keys(HttpClient& http, std::string endpoint,
                                                       std::stop_token stop);

struct WebIdentity {
  std::string token;  // what the identity provider signed
  std::string role_arn;
  std::string session_name;
};

// Those of a role, from the security token service at `endpoint`.
Task<Result<SessionKeys>> web_identity_keys(HttpClient& http, std::string endpoint,
                                            WebIdentity identity, std::stop_token stop);
// The keys in its answer, which is XML.
Result<SessionKeys> read_sts_answer(std::string_view body);

}  // namespace walrus::net
