// Finds what a status route asks for, by the id of a document or of an operation.
#pragma once

#include <memory>
#include <string>

#include "api/services.h"
#include "live/latest.h"

namespace walrus::api {

// What an id in a request is one of. A document's stands for its latest operation.
enum class IdOf { kDocument, kOperation };

// The owner's operation as the store has it. Errors: not_found (also for another owner's, and for
// a malformed id), storage_unavailable. `services` outlives the task.
Task<Result<store::OperationRecord>> find_operation(Services& services, std::string owner,
                                                    std::string id, IdOf kind);

// Its newest status, from memory where somebody asked for it before. Errors as above.
Task<Result<std::shared_ptr<const live::LatestStatus>>> latest_status(Services& services,
                                                                      std::string owner,
                                                                      std::string id, IdOf kind);

}  // namespace walrus::api
