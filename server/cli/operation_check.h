// What `walrus doctor ID` says of one operation or document.
#pragma once

#include <optional>
#include <string>

#include "cli/client.h"
#include "cli/findings.h"

namespace walrus::cli {

Finding check_operation(Client& client, const std::string& id);

// How long the server lets a step of its own be silent before it ends the operation; nothing for
// the steps of others' pipelines.
std::optional<std::chrono::seconds> longest_silence(std::string_view step);

}  // namespace walrus::cli
