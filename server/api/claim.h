// The claim on what a request changes.
#pragma once

#include "base/claims.h"
#include "base/error.h"

namespace walrus::api {

// Waits for another request's change, which takes a few commits; a deletion may first wait for
// running work to end. Whatever the change depends on is looked up once the claim is there. Errors:
// conflict, after ten seconds. `claims` outlives the task.
Task<Result<Claims::Claim>> claim(Claims& claims, std::string owner, std::string id);

}  // namespace walrus::api
