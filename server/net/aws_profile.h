// AWS's shared configuration files, ~/.aws/config and ~/.aws/credentials.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/sigv4.h"

namespace walrus::net {

using AwsProfile = std::map<std::string, std::string, std::less<>>;  // names in lower case
using AwsProfiles = std::map<std::string, AwsProfile, std::less<>>;

// Sections of `text`. In the configuration they are named "profile x", but for "default"; in the
// file of credentials "x". What is no section, setting or comment is passed over.
AwsProfiles parse_aws_profiles(std::string_view text, bool is_config);

// The keys that the profile holds; nothing where it holds none. Errors: storage_unavailable for
// half a pair, and for a way to keys that is not supported (role_arn, sso, credential_process).
Result<std::optional<AwsKeys>> keys_of_profile(const std::string& name, const AwsProfile& profile);

}  // namespace walrus::net
