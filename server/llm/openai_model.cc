#include "llm/openai_model.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

#include "base/stoppable_wait.h"
#include "base/worker_pool.h"
#include "llm/chat_stream.h"

namespace walrus::llm {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPauseBeforeRetry{250};
constexpr std::chrono::seconds kLongestRetryAfter{2};
// How long a server may take to end a stream whose answer is complete; its connection is kept then.
constexpr milliseconds kPatienceAfterDone{1'000};
constexpr std::uint64_t kMaxReplyBytes = 16 << 20;

std::string json_body(const std::string& model, const BuiltPrompt& prompt,
                      std::string_view limit_name) {
  std::string body = "{\"model\":";
  append_json_string(body, model);
  body +=
      fmt::format(",\"stream\":true,\"{}\":{},\"messages\":[", limit_name, prompt.answer_tokens);
  for (const ChatMessage& message : prompt.messages) {
    if (body.back() != '[') body += ',';
    body += "{\"role\":";
    append_json_string(body, message.role);
    body += ",\"content\":";
    append_json_string(body, message.content);
    body += '}';
  }
  return body + "]}";
}

std::optional<std::chrono::seconds> retry_after(const net::ClientResponse& response) {
  const std::string* value = response.header("retry-after");
  if (!value) return std::nullopt;
  int seconds = 0;
  auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), seconds);
  bool whole = error == std::errc() && end == value->data() + value->size() && seconds >= 0;
  return whole ? std::optional(std::chrono::seconds(seconds)) : std::nullopt;
}

json::object error_of(const std::string& body) {
  Result<json::value> value = parse_json(body);
  const json::object* object = value ? value->if_object() : nullptr;
  const json::object* error = object ? find_object(*object, "error") : nullptr;
  return error ? *error : json::object();
}

// OpenAI's newer models refuse "max_tokens", and older servers know only that.
bool names_max_tokens(const std::string& body) {
  json::object error = error_of(body);
  const json::string* parameter = find_string(error, "param");
  return parameter && *parameter == "max_tokens";
}

Error refusal(const net::ClientResponse& response) {
  int status = response.status;
  Error error{ErrorCode::kModelUnavailable, "The model cannot be used right now. Try again later.",
              fmt::format("status {} {}", status, error_word(error_of(response.body)))};
  if (status == 401 || status == 403)
    error.message = "The model's server refused the key it was given.";
  if (status == 404) error.message = "The model's server does not know this model.";
  if (status == 429) error.message = "The model's server is asked too often. Try again later.";
  return error;
}

Error cancelled() {
  return {ErrorCode::kCancelled, "The answer was cancelled.", {}};
}

}  // namespace

// How one request ended, and what that means for the next one.
struct OpenAiModel::Attempt {
  Result<void> result;
  bool model_failed = true;  // rather than this one prompt being refused
  std::optional<milliseconds> retry_in = std::nullopt;
};

OpenAiModel::OpenAiModel(OpenAiOptions options, net::HttpClient& http, Executor& workers,
                         CountTokens count_tokens, const Clock& clock, const Log& log)
    : options_(std::move(options)),
      http_(http),
      workers_(workers),
      count_tokens_(std::move(count_tokens)),
      log_(log),
      breaker_(clock) {
  while (options_.url.ends_with('/')) options_.url.pop_back();
}

net::ClientRequest OpenAiModel::request_for(const BuiltPrompt& prompt) const {
  net::ClientRequest request;
  request.method = "POST";
  request.url = options_.url + "/chat/completions";
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "text/event-stream, application/json"}};
  if (!options_.api_key.empty())
    request.headers.emplace_back("Authorization", "Bearer " + options_.api_key);
  std::string_view limit_name = use_completion_limit_ ? "max_completion_tokens" : "max_tokens";
  request.body = json_body(options_.info.model_id, prompt, limit_name);
  // Tokens are timed here, on the home loop; these only catch what the loop would miss.
  request.first_byte_timeout = options_.first_token_timeout * 2;
  request.idle_timeout = options_.first_token_timeout * 2;
  request.total_timeout = options_.total_timeout;
  request.max_bytes = kMaxReplyBytes;
  return request;
}

Task<Result<void>> OpenAiModel::answer(Prompt prompt, OnText on_text, std::stop_token stop) {
  auto build = [this, &prompt] {
    return build_prompt(prompt, options_.info.context_length, count_tokens_, random_fence());
  };
  Result<BuiltPrompt> built = co_await offload(workers_, build);
  if (!built) co_return std::unexpected(std::move(built.error()));
  if (stop.stop_requested()) co_return std::unexpected(cancelled());
  if (!breaker_.enter()) {
    co_return fail(ErrorCode::kModelUnavailable,
                   "The model failed a moment ago and is given a pause.", "breaker open");
  }
  co_return co_await answer_built(std::move(*built), std::move(on_text), std::move(stop));
}

Task<Result<void>> OpenAiModel::answer_built(BuiltPrompt prompt, OnText on_text,
                                             std::stop_token stop) {
  net::ClientRequest request = request_for(prompt);
  Attempt last = co_await attempt(std::move(request), on_text, stop);
  if (last.retry_in) {
    bool slept = co_await sleep_unless_stopped(*last.retry_in, stop);
    if (slept) {
      request = request_for(prompt);
      last = co_await attempt(std::move(request), std::move(on_text), stop);
    } else {
      last.result = std::unexpected(cancelled());
    }
  }
  settle(last);
  co_return std::move(last.result);
}

void OpenAiModel::settle(const Attempt& attempt) {
  if (attempt.result) {
    breaker_.succeeded();
    return;
  }
  const Error& error = attempt.result.error();
  if (error.code == ErrorCode::kCancelled || !attempt.model_failed) {
    breaker_.undecided();
  } else {
    breaker_.failed();
  }
  if (error.code == ErrorCode::kCancelled) return;
  log_.warning("model failed", {{"model", options_.info.model_id},
                                {"error_type", walrus::info(error.code).word},
                                {"detail", error.detail}});
}

// What came of a request, gathered on the home loop.
struct OpenAiModel::Receipt {
  bool came = false;     // any byte of a 2xx reply
  bool expired = false;  // our own timer ended it
  Result<> fed;          // what the reply's reader says
  std::optional<ChatStream> stream;
};

Task<OpenAiModel::Attempt> OpenAiModel::attempt(net::ClientRequest request, OnText on_text,
                                                std::stop_token stop) {
  Loop& home = co_await home_loop();
  std::stop_source ending;
  auto end = [&ending] { ending.request_stop(); };
  std::stop_callback chained(stop, end);
  Watch watch(home, ending);
  watch.arm(options_.first_token_timeout);

  Receipt receipt;
  auto pass_on = [&](std::string_view piece) {
    if (stop.stop_requested()) return;
    on_text(piece);
  };
  ChatStream& stream = receipt.stream.emplace(pass_on);
  auto take = [&](std::string_view bytes) {
    receipt.came = true;
    if (!receipt.fed || stream.done()) return;
    std::uint64_t signs = stream.signs_of_life();
    receipt.fed = stream.feed(bytes);
    if (!receipt.fed) ending.request_stop();
    if (stream.done()) {
      watch.arm(kPatienceAfterDone);
    } else if (stream.signs_of_life() != signs) {
      watch.arm(stream.began() ? options_.between_tokens_timeout : options_.first_token_timeout);
    }
  };
  net::OnData on_data = take;
  auto response = co_await http_.send(std::move(request), ending.get_token(), std::move(on_data));
  receipt.expired = watch.expired();
  if (stop.stop_requested()) co_return Attempt{std::unexpected(cancelled())};
  if (response && response->status / 100 != 2) co_return refused(*response);
  co_return judge(receipt, std::move(response));
}

OpenAiModel::Attempt OpenAiModel::refused(const net::ClientResponse& response) {
  Attempt attempt{std::unexpected(refusal(response))};
  int status = response.status;
  attempt.model_failed = status != 400 && status != 413 && status != 422;
  if (status == 400 && names_max_tokens(response.body) && !use_completion_limit_.exchange(true)) {
    attempt.retry_in = milliseconds(0);
  }
  std::optional<std::chrono::seconds> pause = retry_after(response);
  if ((status == 503 || status == 429) && pause && *pause <= kLongestRetryAfter)
    attempt.retry_in = *pause;
  return attempt;
}

OpenAiModel::Attempt OpenAiModel::judge(Receipt& receipt,
                                        Result<net::ClientResponse> response) const {
  ChatStream& stream = *receipt.stream;
  // A complete answer counts, even where the server then failed to end its reply.
  bool complete = response || stream.done();
  if (receipt.fed && complete) receipt.fed = stream.finish();
  ErrorCode failed = stream.began() ? ErrorCode::kModelFailed : ErrorCode::kModelUnavailable;
  if (!receipt.fed) {
    receipt.fed.error().code = failed;
    return {std::unexpected(std::move(receipt.fed.error()))};
  }
  if (complete) return {};
  Error& error = response.error();
  if (receipt.expired || error.code == ErrorCode::kTimeout) {
    return {fail(ErrorCode::kTimeout, "The model took too long to answer. Try again.",
                 stream.began() ? "between tokens" : "before the first token")};
  }
  if (error.code == ErrorCode::kCancelled)
    return {std::unexpected(cancelled())};  // the client ends
  Attempt lost{fail(
      failed,
      stream.began() ? "The model's answer broke off. Try again." : "The model cannot be reached.",
      std::move(error.detail))};
  if (!receipt.came) lost.retry_in = kPauseBeforeRetry;
  return lost;
}

}  // namespace walrus::llm
