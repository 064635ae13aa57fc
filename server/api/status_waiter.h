// Waits for an operation's next event, for those who poll.
#pragma once

#include <string>

#include "http/message.h"
#include "live/hub.h"

namespace walrus::api {

// Returns once the operation's sequence has passed `after`, it has ended or is not at work, `limit`
// is over, or `peer` (may be null) is gone; whoever wants to know which asks for the status. On the
// awaiting loop, which is one of the hub's.
Task<void> wait_for_status(live::Hub& hub, std::string operation_id, std::uint64_t after,
                           Duration limit, http::Peer* peer);

}  // namespace walrus::api
