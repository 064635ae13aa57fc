// Every status event of an operation so far.
#pragma once

#include "api/services.h"
#include "base/executor.h"
#include "http/message.h"
#include "store/store.h"

namespace walrus::api {

// A JSON array, oldest first, without chunks. A long log is sent while it is read, no faster than
// the reader takes it, so that nothing holds all of it; where the store goes away in between, the
// connection is cut. `loop` is the connection's. Errors: storage_unavailable.
Task<Result<http::Response>> history_of(Services& services, Loop& loop,
                                        store::OperationRecord record);

}  // namespace walrus::api
