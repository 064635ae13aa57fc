#include "cli/client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>

#include <cctype>
#include <memory>
#include <utility>

#include "base/ids.h"
#include "cli/transfer.h"

namespace walrus::cli {

namespace {

// Of a server that has the whole request: it answers from its tables.
constexpr std::chrono::milliseconds kPatience{60'000};

Error interrupted() {
  return {ErrorCode::kCancelled, "Interrupted.", {}};
}

}  // namespace

Error Client::error_of(int curl_code) const {
  const std::string& url = server_.url;
  auto code = static_cast<CURLcode>(curl_code);
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {ErrorCode::kValidationError,
              fmt::format("'{}' is not an http or https URL. Check --url and WALRUS_URL.", url),
              {}};
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorCode::kUpstreamError,
              fmt::format("No server answers at {}. Start one with 'walrus serve', or name another "
                          "with --url.",
                          url),
              {}};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {ErrorCode::kUpstreamError,
              fmt::format("This machine does not trust the certificate of {}. Have the server send "
                          "its whole chain, or add its authority to this machine's "
                          "(update-ca-certificates).",
                          url),
              {}};
    case CURLE_SSL_CONNECT_ERROR:
      return {ErrorCode::kUpstreamError,
              fmt::format("No TLS is spoken at {}. A URL with http:// may be meant.", url),
              {}};
    case CURLE_READ_ERROR:
      return {ErrorCode::kInvalidInput, "The file could not be read to its end.", {}};
    default:
      return {ErrorCode::kUpstreamError,
              fmt::format("The connection to {} broke: {}.", url, curl_easy_strerror(code)),
              {}};
  }
}

// Drives the transfer to its end and gives curl's code.
Result<int> Client::perform(Transfer& transfer) {
  std::unique_ptr<CURLM, CURLMcode (*)(CURLM*)> multi(curl_multi_init(), curl_multi_cleanup);
  curl_multi_add_handle(multi.get(), transfer.easy);
  std::unique_ptr<CURL, std::function<void(CURL*)>> added(
      transfer.easy, [&](CURL* easy) { curl_multi_remove_handle(multi.get(), easy); });
  auto last_sign = std::chrono::steady_clock::now();
  std::uint64_t moved = 0;
  for (int running = 1;;) {
    curl_multi_perform(multi.get(), &running);
    if (running == 0) break;
    auto now = std::chrono::steady_clock::now();
    std::uint64_t before = std::exchange(moved, transfer.bytes_moved());
    if (moved != before) last_sign = now;
    auto left = std::chrono::ceil<std::chrono::milliseconds>(last_sign + transfer.silence - now);
    if (left.count() <= 0) {
      return fail(ErrorCode::kUpstreamError,
                  fmt::format("The server at {} has been silent for too long.", server_.url));
    }
    curl_waitfd key{interrupt_ ? interrupt_->descriptor() : -1, CURL_WAIT_POLLIN, 0};
    curl_multi_poll(multi.get(), interrupt_ ? &key : nullptr, interrupt_ ? 1 : 0,
                    static_cast<int>(left.count()), nullptr);
    if (interrupt_ && interrupt_->pending()) return std::unexpected(interrupted());
  }
  int queued = 0;
  const CURLMsg* message = curl_multi_info_read(multi.get(), &queued);
  return message ? message->data.result : CURLE_FAILED_INIT;
}

Result<Reply> Client::run(Transfer& transfer) {
  auto performed = perform(transfer);
  if (!performed) return std::unexpected(performed.error());
  auto code = static_cast<CURLcode>(*performed);
  transfer.reply.status = transfer.status();
  if (code == CURLE_OK || transfer.ended_by_us) return std::move(transfer.reply);
  return std::unexpected(error_of(code));
}

Result<void> Client::wait(std::chrono::milliseconds time) const {
  if (!interrupt_) {
    poll(nullptr, 0, static_cast<int>(time.count()));
    return {};
  }
  if (interrupt_->wait_for(time)) return {};
  return std::unexpected(interrupted());
}

Result<Reply> Client::get(const std::string& path) {
  Transfer transfer(server_, path, kPatience);
  return run(transfer);
}

Result<Reply> Client::ask(const Question& question) {
  Transfer transfer(server_, question.path, kPatience);
  for (const std::string& header : question.headers) transfer.add_header(header);
  if (!question.body.empty()) transfer.post_json(question.body);
  curl_easy_setopt(transfer.easy, CURLOPT_CUSTOMREQUEST, question.method.c_str());
  return run(transfer);
}

Result<Reply> Client::announce_form(const std::string& path, std::uint64_t size) {
  Transfer transfer(server_, path, kPatience);
  transfer.announce_form(size);
  return run(transfer);
}

Result<Reply> Client::remove(const std::string& path) {
  Transfer transfer(server_, path, kPatience);
  curl_easy_setopt(transfer.easy, CURLOPT_CUSTOMREQUEST, "DELETE");
  return run(transfer);
}

Result<Reply> Client::post_json(const std::string& path, const std::string& body,
                                std::chrono::milliseconds silence,
                                const std::string& idempotency_key) {
  Transfer transfer(server_, path, silence);
  transfer.add_header("Accept: application/json");
  if (!idempotency_key.empty()) transfer.add_header("Idempotency-Key: " + idempotency_key);
  transfer.post_json(body);
  return run(transfer);
}

Result<Reply> Client::upload(const Upload& upload) {
  Transfer transfer(server_, "/v1/documents/", kPatience);
  if (!transfer.post_form(upload)) {
    return fail(ErrorCode::kInvalidInput, fmt::format("'{}' cannot be read.", upload.file));
  }
  if (!upload.idempotency_key.empty()) {
    transfer.add_header("Idempotency-Key: " + upload.idempotency_key);
  }
  return run(transfer);
}

Result<Reply> Client::stream(const StreamRequest& request) {
  Transfer transfer(server_, request.path, request.silence);
  transfer.stream = &request;
  transfer.add_header("Accept: text/event-stream");
  for (const std::string& header : request.headers) transfer.add_header(header);
  if (!request.last_event_id.empty()) {
    transfer.add_header("Last-Event-ID: " + request.last_event_id);
  }
  if (!request.body.empty()) transfer.post_json(request.body);
  return run(transfer);
}

std::string Reply::header(std::string_view lower_case_name) const {
  auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string() : found->second;
}

std::optional<json::object> object_of(const Reply& reply) {
  auto parsed = parse_json(reply.body);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return std::move(parsed->as_object());
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::string* member = find_string(object, name);
  return member ? std::string(*member) : std::string();
}

std::string words_of(const Reply& reply) {
  json::object problem = object_of(reply).value_or(json::object());
  std::string words = text_member(problem, "detail");
  if (words.empty()) words = fmt::format("The server answered with status {}.", reply.status);
  if (reply.status == 401) words += " Give a key with --api-key or WALRUS_API_KEY.";
  std::string running = text_member(problem, "operation_id");
  if (!running.empty()) words += fmt::format(" 'walrus watch {}' follows it.", running);
  std::string request = text_member(problem, "request_id");
  if (reply.status >= 500 && !request.empty()) words += fmt::format(" (request {})", request);
  return words;
}

std::string new_idempotency_key() {
  return new_uuid(
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out.push_back(static_cast<char>(c));
    } else {
      out += fmt::format("%{:02X}", c);
    }
  }
  return out;
}

}  // namespace walrus::cli
