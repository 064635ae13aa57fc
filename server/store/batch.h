// What the engines share about batches.
#pragma once

#include <cstddef>

#include "store/store.h"

namespace walrus::store {

// How many rows a batch writes, about: the unit of the write queue's bounds. At least 1.
std::size_t row_count(const WriteBatch& batch);

// What a condition that does not hold answers, in words for the person who asked.
std::unexpected<Error> operation_exists();
std::unexpected<Error> operation_missing();
std::unexpected<Error> operation_ended();
std::unexpected<Error> operation_cancelled();
std::unexpected<Error> operation_not_failed();
std::unexpected<Error> document_exists();
std::unexpected<Error> document_missing();
std::unexpected<Error> conversation_of_another_user();
std::unexpected<Error> conversation_busy();
std::unexpected<Error> too_many_webhooks(int most);
std::unexpected<Error> idempotency_key_taken();

// An operation's error in one JSON object, as a column holds it.
// `plan` is the operation's, null of Walrus's own kinds.
json::object error_to_json(const status::OperationError& error, const status::ExternalPlan* plan);
std::optional<status::OperationError> error_from_json(const json::object& object,
                                                      const status::ExternalPlan* plan);
// What an ExternalPlan holds besides its kind; null where the object is not one.
json::object plan_to_json(const status::ExternalPlan& plan);
std::shared_ptr<const status::ExternalPlan> plan_from_json(std::string kind,
                                                           const json::object& object);

}  // namespace walrus::store
