// Gathers a chat turn to its end, for those who do not want a stream.
#pragma once

#include <optional>
#include <string>

#include "base/task.h"
#include "live/hub.h"
#include "store/store.h"

namespace walrus::api {

struct TurnResult {
  std::string response;
  json::object metadata;                        // of `complete`
  std::optional<status::OperationError> error;  // when the turn failed
};

// Waits, on the awaiting loop, which is one of the hub's, for the end of the attempt that `record`
// is at. The turn's own limits bound the wait. Errors: storage_unavailable, interrupted (the server
// stops before the end).
Task<Result<TurnResult>> wait_for_turn(live::Hub& hub, store::Store& store,
                                       store::OperationRecord record);

}  // namespace walrus::api
