#include "api/preferred_wait.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "api/responses.h"
#include "api/waking_listener.h"
#include "auth/caller.h"
#include "base/ascii.h"
#include "wire/problem.h"
#include "wire/status_json.h"

namespace walrus::api {

// --- The header

namespace {

constexpr std::string_view kBlanks = " \t";

// The seconds of one preference, `wait=10` or `wait="10"`, whose parameters follow a semicolon.
std::optional<std::chrono::seconds> seconds_of(std::string_view preference) {
  preference = preference.substr(0, preference.find(';'));
  std::size_t equals = preference.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  if (!equal_ignoring_case(trimmed(preference.substr(0, equals), kBlanks), "wait"))
    return std::nullopt;
  std::string_view value = trimmed(preference.substr(equals + 1), kBlanks);
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
    value = value.substr(1, value.size() - 2);
  }
  int number = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < 1) return std::nullopt;
  return std::min(std::chrono::seconds(number), kLongestWait);
}

}  // namespace

std::optional<std::chrono::seconds> preferred_wait(const http::Headers& headers) {
  for (const auto& [name, value] : headers.fields()) {
    if (!equal_ignoring_case(name, "prefer")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::size_t comma = std::min(rest.find(','), rest.size());
      if (auto seconds = seconds_of(rest.substr(0, comma))) return seconds;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return std::nullopt;
}

// --- The end

namespace {

class EndListener final : public WakingListener {
 public:
  void on_events(std::span<const live::SharedEvent> events, const live::Frame&) override {
    if (events.back()->terminal) wake();
  }
};

}  // namespace

Task<std::optional<status::State>> wait_for_end(live::Hub& hub, store::Store& store,
                                                std::string owner, std::string operation_id,
                                                Duration at_most, std::stop_token stop) {
  Loop& home = co_await home_loop();
  auto listener = std::make_shared<EndListener>();
  live::Attachment attachment = co_await hub.attach(operation_id, listener);
  if (attachment.running) co_await until_woken(listener, at_most, std::move(stop));
  hub.detach(home, operation_id, listener.get());
  auto found = co_await store.operation(std::move(owner), std::move(operation_id));
  bool has_ended = found && *found && (*found)->state.outcome != status::Outcome::kProcessing;
  if (!has_ended) co_return std::nullopt;
  co_return std::move((*found)->state);
}

// --- The answer

namespace {

http::Response succeeded(const FirstAnswer& accepted, const status::State& state, int status) {
  json::object body = parse_json(accepted.body).value().as_object();
  body["status"] = "success";
  body["chunks_created"] = find_integer(state.metadata, "chunks_created").value_or(0);
  body["total_tokens"] = find_integer(state.metadata, "total_tokens").value_or(0);
  FirstAnswer answer = accepted;
  answer.http_status = status;
  answer.body = json::serialize(body);
  return response_of(answer);
}

http::Response failed(const status::State& state, std::string_view request_id) {
  Error error{ErrorCode::kValidationError, state.error ? state.error->message : state.message, {}};
  http::Response response = problem(error, request_id, 0, state.operation.id);
  json::object status = parse_json(wire::status_json(state)).value().as_object();
  json::object body = parse_json(response.body).value().as_object();
  body["document_id"] = status["document_id"];
  body["error"] = status["error"];
  response.body = json::serialize(body);
  return response;
}

}  // namespace

UploadWait upload_wait(const http::Request& request, int success_status) {
  UploadWait wait{.owner = auth::owner_of(request),
                  .request_id = request.request_id,
                  .time = preferred_wait(request.headers),
                  .gone = {},
                  .success_status = success_status};
  if (wait.time && request.peer) wait.gone = request.peer->gone();
  return wait;
}

Task<http::Response> respond_to_upload(live::Hub& hub, store::Store& store, FirstAnswer answer,
                                       UploadWait wait) {
  if (!wait.time) co_return response_of(answer);
  auto state =
      co_await wait_for_end(hub, store, wait.owner, answer.operation_id, *wait.time, wait.gone);
  http::Response response = response_of(answer);
  if (state && state->outcome == status::Outcome::kCompleted) {
    response = succeeded(answer, *state, wait.success_status);
  } else if (state) {
    response = failed(*state, wait.request_id);
  }
  response.headers.set("Preference-Applied", "wait=" + std::to_string(wait.time->count()));
  co_return response;
}

}  // namespace walrus::api
