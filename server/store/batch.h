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

// An operation's error in one JSON object, as a column holds it.
json::object error_to_json(const status::OperationError& error);
std::optional<status::OperationError> error_from_json(const json::object& object);

}  // namespace walrus::store
