#include "store/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace walrus::store {

namespace {

constexpr std::array<std::string_view, 3> kDeliveryStates{"pending", "delivered", "failed"};
constexpr std::array<std::string_view, 4> kPageStates{"queued", "crawled", "failed", "skipped"};

std::size_t rows_of(const AppendEvents& append) {
  return append.events.size();
}
std::size_t rows_of(const PutChunks& put) {
  return put.chunks.size();
}
std::size_t rows_of(const PutWindows& put) {
  return put.windows.vectors.size() / static_cast<std::size_t>(std::max(1, put.windows.dimensions));
}
std::size_t rows_of(const PutPages& put) {
  return put.pages.size();
}
std::size_t rows_of(const PutStepCosts& put) {
  return put.costs.size();
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
std::unexpected<Error> idempotency_key_taken() {
  return fail(ErrorCode::kConflict, "Another request with this Idempotency-Key was faster.");
}

std::unexpected<Error> too_many_webhooks(int most) {
  return fail(
      ErrorCode::kConflict,
      fmt::format("There are {} webhooks already, which is the most. Delete one first.", most));
}

std::string_view name_of(PageState state) {
  return kPageStates[static_cast<std::size_t>(state)];
}

std::optional<PageState> page_state_from_name(std::string_view name) {
  auto found = std::ranges::find(kPageStates, name);
  if (found == kPageStates.end()) return std::nullopt;
  return static_cast<PageState>(found - kPageStates.begin());
}

std::string_view name_of(DeliveryState state) {
  return kDeliveryStates[static_cast<std::size_t>(state)];
}

std::optional<DeliveryState> delivery_state_from_name(std::string_view name) {
  auto found = std::ranges::find(kDeliveryStates, name);
  if (found == kDeliveryStates.end()) return std::nullopt;
  return static_cast<DeliveryState>(found - kDeliveryStates.begin());
}

json::object error_to_json(const status::OperationError& error, const status::ExternalPlan* plan) {
  return {{"type", info(error.type).word},
          {"message", error.message},
          {"step", status::name_of(plan, error.step)},
          {"retryable", error.retryable}};
}

std::optional<status::OperationError> error_from_json(const json::object& object,
                                                      const status::ExternalPlan* plan) {
  const json::string* type = find_string(object, "type");
  const json::string* message = find_string(object, "message");
  const json::string* step = find_string(object, "step");
  const json::value* retryable = object.if_contains("retryable");
  if (!type || !message || !step || !retryable || !retryable->is_bool()) return std::nullopt;
  auto code = error_code_from_word(view(*type));
  auto at = status::step_from_name(plan, view(*step));
  if (!code || !at) return std::nullopt;
  return status::OperationError{*code, std::string(view(*message)), *at, retryable->get_bool()};
}

json::object plan_to_json(const status::ExternalPlan& plan) {
  json::array steps;
  for (const status::ExternalPlan::StepText& step : plan.texts()) {
    steps.push_back({{"name", step.name}, {"percent", step.percent}, {"message", step.message}});
  }
  return {{"title", plan.title()}, {"steps", std::move(steps)}};
}

std::shared_ptr<const status::ExternalPlan> plan_from_json(std::string kind,
                                                           const json::object& object) {
  const json::string* title = find_string(object, "title");
  const json::value* steps = object.if_contains("steps");
  if (!title || !steps || !steps->is_array() || steps->get_array().empty()) return nullptr;
  std::vector<status::ExternalPlan::StepText> texts;
  for (const json::value& step : steps->get_array()) {
    if (!step.is_object()) return nullptr;
    const json::string* name = find_string(step.get_object(), "name");
    const json::string* message = find_string(step.get_object(), "message");
    auto percent = find_integer(step.get_object(), "percent");
    if (!name || !message || !percent) return nullptr;
    texts.push_back(
        {std::string(view(*name)), static_cast<int>(*percent), std::string(view(*message))});
  }
  return std::make_shared<const status::ExternalPlan>(std::move(kind), std::string(view(*title)),
                                                      std::move(texts));
}

}  // namespace walrus::store
