#include "store/batch.h"

#include <algorithm>

namespace walrus::store {

namespace {

std::size_t rows_of(const AppendEvents& append) {
  return append.events.size();
}
std::size_t rows_of(const PutChunks& put) {
  return put.chunks.size();
}
std::size_t rows_of(const PutWindows& put) {
  return put.windows.vectors.size() / static_cast<std::size_t>(std::max(1, put.windows.dimensions));
}
template <class Other>
std::size_t rows_of(const Other&) {
  return 1;
}

}  // namespace

std::size_t row_count(const WriteBatch& batch) {
  std::size_t rows = 0;
  for (const Mutation& mutation : batch.mutations) {
    rows += std::visit([](const auto& each) { return rows_of(each); }, mutation);
  }
  return std::max<std::size_t>(rows, 1);
}

std::unexpected<Error> operation_exists() {
  return fail(ErrorCode::kConflict, "An operation with this id exists already.");
}
std::unexpected<Error> operation_missing() {
  return fail(ErrorCode::kConflict, "The operation no longer exists.");
}
std::unexpected<Error> operation_ended() {
  return fail(ErrorCode::kConflict, "The operation has already ended.");
}
std::unexpected<Error> operation_cancelled() {
  return fail(ErrorCode::kCancelled, "The operation was cancelled.");
}
std::unexpected<Error> operation_not_failed() {
  return fail(ErrorCode::kConflict,
              "Only an operation that has failed or was cancelled can be retried.");
}
std::unexpected<Error> document_exists() {
  return fail(ErrorCode::kConflict, "A document with this id exists already.");
}
std::unexpected<Error> document_missing() {
  return fail(ErrorCode::kConflict, "The document no longer exists.");
}
std::unexpected<Error> conversation_of_another_user() {
  return fail(
      ErrorCode::kConflict,
      "The conversation belongs to another user_id. Use that one, or another conversation.");
}
std::unexpected<Error> conversation_busy() {
  return fail(ErrorCode::kConflict,
              "Another turn of the conversation was begun. Wait for its end, then ask again.");
}

json::object error_to_json(const status::OperationError& error) {
  return {{"type", info(error.type).word},
          {"message", error.message},
          {"step", status::name_of(error.step)},
          {"retryable", error.retryable}};
}

std::optional<status::OperationError> error_from_json(const json::object& object) {
  const json::string* type = find_string(object, "type");
  const json::string* message = find_string(object, "message");
  const json::string* step = find_string(object, "step");
  const json::value* retryable = object.if_contains("retryable");
  if (!type || !message || !step || !retryable || !retryable->is_bool()) return std::nullopt;
  auto code = error_code_from_word(view(*type));
  auto at = status::step_from_name(view(*step));
  if (!code || !at) return std::nullopt;
  return status::OperationError{*code, std::string(view(*message)), *at, retryable->get_bool()};
}

}  // namespace walrus::store
