#include "api/claim.h"

namespace walrus::api {

namespace {

constexpr std::chrono::seconds kLongestWait{10};

}  // namespace

Task<Result<Claims::Claim>> claim(Claims& claims, std::string owner, std::string id) {
  ClaimedThing thing{std::move(owner), std::move(id)};
  Claims::Claim taken = co_await claims.take_when_free(std::move(thing), kLongestWait);
  if (taken) co_return taken;
  co_return fail(ErrorCode::kConflict, "Another request is changing it at this moment. Try again.");
}

}  // namespace walrus::api
