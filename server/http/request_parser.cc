#include "http/request_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>

#include "base/ascii.h"
#include "http/field_text.h"

namespace walrus::http {

namespace {

namespace beast = boost::beast;
using beast::error_code;
using beast::string_view;
using beast::http::error;

// Beast's chunk parser takes it for granted that a complete end, "0\r\n\r\n", can be looked at.
constexpr std::size_t kShortestChunkedEnd = 5;
// Of a chunk's size line, and of all trailer fields.
constexpr std::size_t kChunkHead = 16 * 1024;

std::string_view view(string_view text) {
  return {text.data(), text.size()};
}

struct Framing {
  bool chunked = false;
  int hosts = 0;
  bool expects_continue = false;
  bool expects_other = false;
};

class BeastParser final : public beast::http::basic_parser<true> {
 public:
  explicit BeastParser(Request& request) : request_(&request) {
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(boost::none);
    eager(false);
  }

  Framing framing;
  BodySink* sink = nullptr;
  std::optional<Refusal> refused;

  void end_head() { request_ = nullptr; }

 private:
  void on_request_impl(beast::http::verb, string_view method, string_view target, int version,
                       error_code&) override {
    request_->method = view(method);
    request_->target = view(target);
    request_->version = version;
  }

  void on_field_impl(beast::http::field name, string_view spelled, string_view value,
                     error_code& failure) override {
    if (!request_) return;  // a trailer field: nobody here asks for one
    request_->headers.add(std::string(view(spelled)), std::string(view(value)));
    if (name == beast::http::field::host) ++framing.hosts;
    if (name == beast::http::field::expect) note_expectation(view(value));
    if (name == beast::http::field::transfer_encoding) note_coding(view(value), failure);
  }

  void note_expectation(std::string_view value) {
    framing.expects_continue = equal_ignoring_case(value, "100-continue");
    framing.expects_other = !framing.expects_continue;
  }

  void note_coding(std::string_view value, error_code& failure) {
    bool once = !framing.chunked && equal_ignoring_case(value, "chunked");
    if (!once || request_->version == 10) failure = error::bad_transfer_encoding;
    framing.chunked = true;
  }

  std::size_t hand_over(string_view bytes, error_code& failure) {
    Result<void> written = sink->write(view(bytes));
    if (!written) {
      refused = refusal(std::move(written.error()));
      failure = error::body_limit;
    }
    return bytes.size();
  }

  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view bytes, error_code& failure) override {
    return hand_over(bytes, failure);
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& failure) override {
    return hand_over(bytes, failure);
  }
  void on_finish_impl(error_code&) override {}

  Request* request_;
};

std::string_view reason(const error_code& failure) {
  if (failure == error::bad_method) return "the method is malformed";
  if (failure == error::bad_version) return "the request line is malformed";
  if (failure == error::bad_target) return "the request target is malformed";
  if (failure == error::bad_field) return "a header field's name is malformed";
  if (failure == error::bad_value) return "a header field's value is malformed";
  if (failure == error::bad_line_ending) return "lines must end with CR LF";
  if (failure == error::bad_content_length)
    return "Content-Length is malformed or not allowed here";
  if (failure == error::multiple_content_length) return "there are two Content-Lengths";
  if (failure == error::bad_transfer_encoding) {
    return "Transfer-Encoding must be 'chunked' alone, without Content-Length, and of HTTP/1.1";
  }
  if (failure == error::bad_chunk || failure == error::bad_chunk_extension) {
    return "the chunked coding is malformed";
  }
  return "it cannot be parsed";
}

// "GET /path HTTP/2.0": well formed, of a version that is not spoken here.
bool is_of_other_version(std::string_view head) {
  std::string_view line = head.substr(0, head.find("\r\n"));
  if (std::ranges::count(line, ' ') != 2) return false;
  std::string_view version = line.substr(line.rfind(' ') + 1);
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 8 && version.starts_with("HTTP/") && digit(version[5]) &&
         version[6] == '.' && digit(version[7]);
}

Refusal refusal_of(const error_code& failure, std::string_view head = {}) {
  if (failure == error::bad_version && is_of_other_version(head)) {
    return bad_request("Only HTTP/1.0 and HTTP/1.1 are spoken here.", 505);
  }
  return bad_request(fmt::format("The request is not valid HTTP: {}.", reason(failure)));
}

// Of "http://" or "https://" before the authority; 0 in the usual form.
std::size_t scheme_size(std::string_view target) {
  if (target.starts_with('/')) return 0;
  for (std::string_view scheme : {"http://", "https://"}) {
    if (equal_ignoring_case(target.substr(0, scheme.size()), scheme)) return scheme.size();
  }
  return 0;
}

// Splits the target into path and query. The absolute form's authority takes Host's place.
std::optional<Refusal> split_target(Request& request) {
  std::string_view target = request.target;
  if (std::size_t scheme = scheme_size(target); scheme > 0) {
    std::size_t end = std::min(target.find_first_of("/?", scheme), target.size());
    request.headers.set("Host", std::string(target.substr(scheme, end - scheme)));
    target.remove_prefix(end);
    if (!target.starts_with('/')) {
      request.path = "/";
      request.query = target.substr(std::min<std::size_t>(1, target.size()));
      return std::nullopt;
    }
  }
  bool every_resource = target == "*" && request.method == "OPTIONS";
  if (!target.starts_with('/') && !every_resource) {
    return bad_request("The request target must be a path that begins with '/'.");
  }
  std::size_t question = std::min(target.find('?'), target.size());
  request.query = target.substr(std::min(question + 1, target.size()));
  target = target.substr(0, question);
  if (target.size() > 1 && target.ends_with('/')) target.remove_suffix(1);
  request.path = target;
  return std::nullopt;
}

std::expected<std::size_t, Refusal> incomplete(std::string_view bytes, const Limits& limits) {
  if (!bytes.empty() && bytes[0] != '\r' && !is_token_character(bytes[0])) {
    return std::unexpected(bad_request("This is not an HTTP request."));
  }
  std::size_t line_end = bytes.find("\r\n");
  if (std::min(line_end, bytes.size()) > limits.request_line) {
    return std::unexpected(bad_request("The request line is too long.", 414));
  }
  if (line_end != bytes.npos && bytes.size() - line_end > limits.header_bytes + 4) {
    return std::unexpected(bad_request("The header fields are too large.", 431));
  }
  return 0;
}

// Every line of the head ends with CR LF, none begins with a space (obs-fold).
std::optional<Refusal> check_lines(std::string_view head, std::size_t from, std::size_t& lines) {
  for (std::size_t at = head.find('\n', from); at != head.npos; at = head.find('\n', at + 1)) {
    ++lines;
    if (at == 0 || head[at - 1] != '\r') {
      return bad_request("The request is not valid HTTP: lines must end with CR LF.");
    }
    if (at + 1 < head.size() && (head[at + 1] == ' ' || head[at + 1] == '\t')) {
      return bad_request("The request is not valid HTTP: a header field goes over several lines.");
    }
  }
  return std::nullopt;
}

}  // namespace

std::expected<std::size_t, Refusal> find_head(std::string_view bytes, std::size_t& scanned,
                                              const Limits& limits) {
  std::size_t from = scanned > 3 ? scanned - 3 : 0;
  std::size_t end = bytes.find("\r\n\r\n", from);
  std::size_t lines = 0;
  if (end == bytes.npos) {
    // The last byte again: what follows a line end was not known then.
    std::optional<Refusal> broken = check_lines(bytes, scanned > 0 ? scanned - 1 : 0, lines);
    if (broken) return std::unexpected(std::move(*broken));
    scanned = bytes.size();
    return incomplete(bytes, limits);
  }
  std::string_view head = bytes.substr(0, end + 4);
  std::optional<Refusal> broken = check_lines(head, 0, lines);
  if (broken) return std::unexpected(std::move(*broken));
  std::expected<std::size_t, Refusal> within = incomplete(head, limits);
  if (!within) return within;
  // The request line and the empty one are no fields.
  if (lines > limits.header_fields + 2) {
    return std::unexpected(bad_request("There are too many header fields.", 431));
  }
  return head.size();
}

struct RequestParser::Impl {
  std::optional<BeastParser> parser;
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

std::optional<Refusal> RequestParser::parse_head(std::string_view head, Request& request) {
  BeastParser& parser = impl_->parser.emplace(request);
  error_code failure;
  parser.put({head.data(), head.size()}, failure);
  parser.end_head();
  if (failure) return refusal_of(failure, head);
  if (std::optional<Refusal> refused = split_target(request)) return refused;
  bool host_missing = request.version == 11 && parser.framing.hosts == 0;
  if (host_missing || parser.framing.hosts > 1) {
    return bad_request("The request must name its host, once (the Host header field).");
  }
  if (parser.framing.expects_other) {
    return bad_request("The only expectation understood here is '100-continue'.", 417);
  }
  return std::nullopt;
}

bool RequestParser::keep_alive() const {
  return impl_->parser->keep_alive();
}

bool RequestParser::expects_continue() const {
  return impl_->parser->framing.expects_continue;
}

bool RequestParser::has_body() const {
  return !impl_->parser->is_done();
}

std::optional<std::uint64_t> RequestParser::body_length() const {
  if (impl_->parser->framing.chunked) return std::nullopt;
  return impl_->parser->content_length().value_or(0);
}

bool RequestParser::done() const {
  return impl_->parser->is_done();
}

std::expected<std::size_t, Refusal> RequestParser::parse_body(std::string_view bytes,
                                                              BodySink& sink) {
  BeastParser& parser = *impl_->parser;
  if (parser.framing.chunked && bytes.size() < kShortestChunkedEnd) return 0;
  parser.sink = &sink;
  error_code failure;
  std::size_t used = parser.put({bytes.data(), bytes.size()}, failure);
  if (parser.refused) return std::unexpected(std::move(*parser.refused));
  if (failure && failure != error::need_more) return std::unexpected(refusal_of(failure));
  if (used == 0 && bytes.size() > kChunkHead) {
    return std::unexpected(bad_request("The chunked coding's own lines are too long."));
  }
  return used;
}

}  // namespace walrus::http
