#include "api/chat.h"

#include "api/fields.h"
#include "api/operation_stream.h"
#include "api/responses.h"
#include "api/turn_waiter.h"
#include "auth/caller.h"

namespace walrus::api {

namespace {

// Stream or not (api.md, Chat).
bool wants_stream(const http::Request& request, std::optional<bool> stream) {
  if (stream == false) return false;
  std::string_view accept = request.headers.get("accept").value_or("");
  if (accept.find("text/event-stream") != std::string_view::npos) return true;
  bool json_alone = accept.find("application/json") != std::string_view::npos &&
                    accept.find(',') == std::string_view::npos;
  return stream == true && !json_alone;
}

}  // namespace

Task<Result<http::Response>> Chat::ask(http::Request request) {
  auto body = json_body(request);
  if (!body) co_return std::unexpected(body.error());
  auto question = turns_.read(*body, auth::owner_of(request));
  if (!question) co_return std::unexpected(question.error());
  auto stream = boolean_field(*body, "stream");
  if (!stream) co_return std::unexpected(stream.error());
  auto repeatable = RepeatableRequest::from(request, std::move(*body));
  if (!repeatable) co_return std::unexpected(repeatable.error());
  question->repeatable = std::move(*repeatable);
  Question copy = *question;
  auto record = co_await turns_.begin(std::move(copy), request.loop);
  if (!record) {
    const TurnRefusal& refused = record.error();
    co_return problem(refused.error, request.request_id, 0, refused.operation_id);
  }
  if (wants_stream(request, *stream)) {
    co_return stream_operation(services_.hub, services_.store, *request.loop, services_.log,
                               std::move(*record), Position{});
  }
  co_return co_await whole(std::move(*record), std::move(*question), request.request_id);
}

Task<Result<http::Response>> Chat::whole(store::OperationRecord record, Question question,
                                         std::string request_id) {
  std::string operation_id = record.state.operation.id;
  auto result = co_await wait_for_turn(services_.hub, services_.store, std::move(record));
  if (!result) co_return problem(result.error(), request_id, 0, operation_id);
  if (result->error) {
    Error error{result->error->type, result->error->message, {}};
    co_return problem(error, request_id, 0, operation_id);
  }
  json::object body;
  body["response"] = result->response;
  body["session_id"] = question.input.session_id;
  body["conversation_id"] = "conv#" + question.conversation_id;
  body["operation_id"] = operation_id;
  body["metadata"] = std::move(result->metadata);
  http::Response response = http::Response::json(200, json::serialize(body));
  response.headers.set("X-Operation-Id", operation_id);
  forbid_caching(response);
  co_return response;
}

}  // namespace walrus::api
