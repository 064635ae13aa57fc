#include "net/transfer.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/ascii.h"

namespace walrus::net {

namespace {

// Of all header lines of a response together. libcurl 7.88 bounds a line only.
constexpr std::size_t kMaxHeaderBytes = 64 << 10;

constexpr std::string_view kTokenPunctuation = "!#$%&'*+-.^_`|~";

bool is_token(std::string_view text) {
  auto allowed = [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c)) ||
           kTokenPunctuation.find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, allowed);
}

constexpr std::string_view kBlanks = " \t\r\n";

bool is_field_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::string_view message_of(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return "The address of the server is not a usable http(s) URL.";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "The server's name could not be found.";
    case CURLE_COULDNT_CONNECT:
      return "The server could not be reached.";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return "The server's certificate could not be verified.";
    case CURLE_SSL_CONNECT_ERROR:
      return "A secure connection to the server could not be made.";
    default:
      return "The server's reply was broken or broke off.";
  }
}

}  // namespace

void Delivery::push(const std::shared_ptr<Delivery>& self, std::string_view bytes) {
  {
    std::lock_guard lock(self->mutex_);
    self->pending_ += bytes;
    if (std::exchange(self->posted_, true)) return;
  }
  self->home_.post([self] { self->hand_over(); });
}

void Delivery::hand_over() {
  std::string bytes;
  {
    std::lock_guard lock(mutex_);
    bytes.swap(pending_);
    posted_ = false;
  }
  if (!stop_.stop_requested()) on_data_(bytes);
}

Transfer::Transfer(ClientRequest request, std::shared_ptr<const ClientOptions> options,
                   std::shared_ptr<Delivery> delivery)
    : request_(std::move(request)), options_(std::move(options)), delivery_(std::move(delivery)) {}

Result<> Transfer::start(SteadyTime now) {
  easy_.reset(curl_easy_init());
  if (!easy_)
    return fail(ErrorCode::kUpstreamError, "The request could not be made.", "curl_easy_init");
  if (!is_token(request_.method)) {
    return fail(ErrorCode::kUpstreamError, "The request could not be made.",
                "method is not a token");
  }
  if (Result<> set = set_headers(); !set) return set;
  set_method();
  set_policy();
  phase_deadline_ = now + request_.connect_timeout;
  total_deadline_ = now + request_.total_timeout;
  return {};
}

Result<> Transfer::set_headers() {
  // Without these two libcurl would wait for "100 Continue" and call any body a form.
  std::vector<std::string> lines{"Expect:"};
  bool typed = false;
  for (const auto& [name, value] : request_.headers) {
    if (!is_token(name) || !is_field_value(value)) {
      return fail(ErrorCode::kUpstreamError, "The request could not be made.", "unusable header");
    }
    typed = typed || ascii_lower(name) == "content-type";
    lines.push_back(trimmed(value, kBlanks).empty() ? name + ";"
                                                    : fmt::format("{}: {}", name, value));
  }
  if (!typed) lines.push_back("Content-Type:");
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(header_list_.get(), line.c_str());
    if (!longer)
      return fail(ErrorCode::kUpstreamError, "The request could not be made.", "no memory");
    // Only the first line makes a list; the others lengthen it.
    if (!header_list_) header_list_.reset(longer);
  }
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, header_list_.get());
  return {};
}

void Transfer::set_method() {
  CURL* easy = easy_.get();
  if (request_.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  bool has_body = !request_.body.empty() || request_.method == "POST" || request_.method == "PUT" ||
                  request_.method == "PATCH";
  if (has_body) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void Transfer::set_policy() {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, curl_message_);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "walrus");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Else removing a handle waits for its name lookup, and a stop would not be quick.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  if (request_.decodes_body) curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_->ca_file.empty()) {
    // The system's are still found in CURLOPT_CAPATH, whose default stays.
    curl_easy_setopt(easy, CURLOPT_CAINFO, options_->ca_file.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  // Ours below decide; libcurl's shares the time out among a host's addresses.
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(request_.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  // One of HTTP/2 carries all requests to somebody else's server; those that come while the first
  // one connects wait to see whether it is.
  if (options_->gate) curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  if (request_.gate) {
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  }
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &Transfer::on_connected);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

// The address is the one that will be connected to: there is no lookup behind this one.
curl_socket_t Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto* transfer = static_cast<Transfer*>(self);
  for (const EgressGate* gate : {transfer->options_->gate.get(), transfer->request_.gate.get()}) {
    if (!gate || gate->allows(address->addr)) continue;
    transfer->refused_address_ = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int Transfer::on_connected(void* self, char*, char*, int, int) {
  auto* transfer = static_cast<Transfer*>(self);
  bool was_sent = std::exchange(transfer->was_sent_, true);
  if (was_sent && transfer->request_.sends_once) return CURL_PREREQFUNC_ABORT;
  transfer->enter(Phase::kWaiting, transfer->request_.first_byte_timeout);
  return CURL_PREREQFUNC_OK;
}

std::size_t Transfer::on_header(char* bytes, std::size_t, std::size_t size, void* self) {
  return static_cast<Transfer*>(self)->take_header({bytes, size}) ? size : 0;
}

std::size_t Transfer::on_body(char* bytes, std::size_t, std::size_t size, void* self) {
  // Any return other than `size` ends the transfer, so an empty piece is never refused.
  return static_cast<Transfer*>(self)->take_body({bytes, size}) ? size : size + 1;
}

void Transfer::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  phase_deadline_ = std::chrono::steady_clock::now() + limit;
}

bool Transfer::take_header(std::string_view line) {
  enter(Phase::kReceiving, request_.idle_timeout);
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    too_large_ = true;
    return false;
  }
  if (line.starts_with("HTTP/")) {  // a new response: those of an interim one (1xx) are forgotten
    response_.headers.clear();
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    return true;
  }
  bool head_ends = trimmed(line, kBlanks).empty() && response_.status >= 200;
  if (head_ends && request_.body_use == BodyUse::kDiscard) has_answer_ = true;
  std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  response_.headers.emplace_back(ascii_lower(line.substr(0, colon)),
                                 trimmed(line.substr(colon + 1), kBlanks));
  return true;
}

bool Transfer::wants_body() {
  bool asked = std::exchange(body_begun_, true) || !request_.wants_body;
  return asked || request_.wants_body(response_);
}

bool Transfer::take_body(std::string_view bytes) {
  enter(Phase::kReceiving, request_.idle_timeout);
  if (!wants_body()) {
    has_answer_ = true;
    return false;
  }
  bool fits = bytes.size() <= request_.max_bytes - body_bytes_;
  if (!fits) {
    has_answer_ = request_.body_use != BodyUse::kGather;
    too_large_ = !has_answer_;
    if (too_large_) return false;
    bytes = bytes.substr(0, request_.max_bytes - body_bytes_);
  }
  body_bytes_ += bytes.size();
  if (request_.body_use != BodyUse::kDiscard) keep_body(bytes);
  return fits;
}

void Transfer::keep_body(std::string_view bytes) {
  bool stream = *delivery_ && response_.status >= 200 && response_.status < 300;
  if (!stream) {
    response_.body += bytes;
  } else if (!bytes.empty()) {
    Delivery::push(delivery_, bytes);
  }
}

SteadyTime Transfer::deadline() const {
  return std::min(phase_deadline_, total_deadline_);
}

Error Transfer::timeout_error() const {
  if (total_deadline_ <= phase_deadline_) {
    return {ErrorCode::kTimeout, "The server's reply took too long altogether.", "total timeout"};
  }
  switch (phase_) {
    case Phase::kConnecting:
      return {ErrorCode::kTimeout, "The server could not be reached in time.", "connect timeout"};
    case Phase::kWaiting:
      return {ErrorCode::kTimeout, "The server did not begin to reply in time.",
              "first byte timeout"};
    case Phase::kReceiving:
      break;
  }
  return {ErrorCode::kTimeout, "The server's reply stalled.", "idle timeout"};
}

Error Transfer::error_of(CURLcode code) const {
  if (too_large_) {
    return {
        ErrorCode::kUpstreamError, "The server's reply was too large.",
        fmt::format("over {} bytes of body or {} of headers", request_.max_bytes, kMaxHeaderBytes)};
  }
  if (refused_address_ && code == CURLE_COULDNT_CONNECT) {
    return {ErrorCode::kForbiddenAddress, "The address may not be connected to.", "egress gate"};
  }
  if (code == CURLE_OPERATION_TIMEDOUT) return timeout_error();
  const char* detail = curl_message_[0] ? curl_message_ : curl_easy_strerror(code);
  return {ErrorCode::kUpstreamError, std::string(message_of(code)), detail};
}

void Transfer::finish(CURLcode code) {
  if (code != CURLE_OK && !has_answer_) {
    end(std::unexpected(error_of(code)));
    return;
  }
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  end(std::move(response_));
}

void Transfer::fail_with(Error error) {
  end(std::unexpected(std::move(error)));
}

void Transfer::end(Result<ClientResponse> result) {
  // Here, so that the handle goes on curl's thread and the caller's callback on the caller's.
  easy_.reset();
  header_list_.reset();
  delivery_.reset();
  std::exchange(done_, std::nullopt).value()(std::move(result));
}

}  // namespace walrus::net
