// An operation's events as a response: server-sent events.
#pragma once

#include "api/operation_reader.h"
#include "http/message.h"

namespace walrus::api {

// The response that streams the operation of `record` on `loop`, the connection's.
http::Response stream_operation(live::Hub& hub, store::Store& store, Loop& loop, const Log& log,
                                store::OperationRecord record, Position position);

// What that response does with its stream: begins to send what follows the greeting; on the loop.
void follow_operation(live::Hub& hub, store::Store& store, Loop& loop, const Log& log,
                      store::OperationRecord record, Position position,
                      std::shared_ptr<http::EventStream> stream);

}  // namespace walrus::api
