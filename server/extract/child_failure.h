// Why reading in a child process came to nothing, in words for the uploader.
#pragma once

#include <string>

#include "base/error.h"
#include "extract/child_process.h"

namespace walrus::extract {

// How long a child may take to end after its last word.
inline constexpr std::chrono::seconds kLastPatience{1};

// By errno.
std::unexpected<Error> internal_failure(const char* what);
std::unexpected<Error> too_slow();
std::unexpected<Error> cancelled();
// The child said what it should not have.
std::unexpected<Error> disbelieved(std::string why);
// It ended without an answer.
std::unexpected<Error> explain(ChildExit exit, const std::string& detail);

}  // namespace walrus::extract
