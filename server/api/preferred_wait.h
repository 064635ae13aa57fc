// Prefer: wait=N (RFC 7240): an answer that is held until the work ends.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "api/idempotency.h"
#include "http/message.h"
#include "live/hub.h"
#include "status/operation.h"
#include "store/store.h"

namespace walrus::api {

// How long the client would wait, `kLongestWait` at most. Nothing where it does not say, or says
// something else than a positive number: a preference that is not understood is passed over.
std::optional<std::chrono::seconds> preferred_wait(const http::Headers& headers);

// Waits until the operation has ended: its state then. Nothing where time is up or `stop` comes
// first, where the server leaves the operation for its next start, and where it was deleted. On one
// of the hub's loops.
Task<std::optional<status::State>> wait_for_end(live::Hub& hub, store::Store& store,
                                                std::string owner, std::string operation_id,
                                                Duration at_most, std::stop_token stop);

// Who waits for the end of an upload, and how.
struct UploadWait {
  std::string owner;
  std::string request_id;
  std::optional<std::chrono::seconds> time;  // as preferred_wait has it
  std::stop_token gone;                      // nobody waits any more
  int success_status = 201;
};
UploadWait upload_wait(const http::Request& request, int success_status);

// The response to an upload that was accepted with `answer`: its counts once it has succeeded, a
// 422 with its error once it has failed, and `answer` itself where the wait was in vain.
Task<http::Response> respond_to_upload(live::Hub& hub, store::Store& store, FirstAnswer answer,
                                       UploadWait wait);

}  // namespace walrus::api
