// A WebSocket of the client: one message and its answer.
#include <fmt/format.h>
#include <poll.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <random>

#include "base/base64.h"
#include "cli/transfer.h"
#include "net/url.h"

namespace walrus::cli {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kLongestHead = 65'536;  // bytes

std::string random_bytes(std::size_t count) {
  std::random_device source;
  std::string bytes(count, '\0');
  std::ranges::generate(bytes, [&] { return static_cast<char>(source()); });
  return bytes;
}

// A connection that curl made, through whatever proxy and TLS, and on which we speak.
class Wire {
 public:
  Wire(CURL* easy, std::chrono::milliseconds silence)
      : easy_(easy), until_(steady_clock::now() + silence) {
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket_);
  }

  bool send(std::string_view bytes);
  // What came, at most `size` bytes; none where the connection ended or the time is over.
  std::string receive(std::size_t size);
  void put_back(std::string_view bytes) { left_.insert(0, bytes); }

 private:
  bool wait(short what) const;

  CURL* easy_;
  steady_clock::time_point until_;
  curl_socket_t socket_ = CURL_SOCKET_BAD;
  std::string left_;
};

bool Wire::wait(short what) const {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - steady_clock::now());
  pollfd ready{socket_, what, 0};
  return left.count() > 0 && poll(&ready, 1, static_cast<int>(left.count())) > 0;
}

bool Wire::send(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    CURLcode code = curl_easy_send(easy_, bytes.data(), bytes.size(), &sent);
    if (code == CURLE_AGAIN ? !wait(POLLOUT) : code != CURLE_OK) return false;
    bytes.remove_prefix(sent);
  }
  return true;
}

std::string Wire::receive(std::size_t size) {
  std::string bytes = left_.substr(0, size);
  left_.erase(0, bytes.size());
  if (!bytes.empty()) return bytes;
  bytes.resize(size);
  std::size_t received = 0;
  for (;;) {
    CURLcode code = curl_easy_recv(easy_, bytes.data(), size, &received);
    if (code == CURLE_AGAIN && wait(POLLIN)) continue;
    bytes.resize(code == CURLE_OK ? received : 0);
    return bytes;
  }
}

// The head of the answer with its empty line, or as much of it as came.
std::string read_head(Wire& wire) {
  std::string head;
  while (head.size() < kLongestHead) {
    std::string piece = wire.receive(4096);
    if (piece.empty()) return head;
    head += piece;
    std::size_t end = head.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    wire.put_back(std::string_view(head).substr(end + 4));
    head.resize(end + 4);
    return head;
  }
  return head;
}

ssize_t give(const std::uint8_t* data, std::size_t size, int, void* wire) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  return static_cast<Wire*>(wire)->send(bytes) ? static_cast<ssize_t>(size) : -1;
}

ssize_t take(std::uint8_t* space, std::size_t size, int, void* wire) {
  std::string bytes = static_cast<Wire*>(wire)->receive(size);
  std::memcpy(space, bytes.data(), bytes.size());
  return bytes.empty() ? -1 : static_cast<ssize_t>(bytes.size());
}

int make_mask(std::uint8_t* mask, std::size_t size, void*) {
  std::string bytes = random_bytes(size);
  std::memcpy(mask, bytes.data(), size);
  return 0;
}

// Says a text, and gives the first one that comes back, or "".
std::string converse(Wire& wire, const std::string& message) {
  wslay_frame_callbacks callbacks{&give, &take, &make_mask};
  wslay_frame_context_ptr made = nullptr;
  if (wslay_frame_context_init(&made, &callbacks, &wire) != 0) return {};
  std::unique_ptr<wslay_frame_context, decltype(&wslay_frame_context_free)> context(
      made, &wslay_frame_context_free);
  wslay_frame_iocb said{};
  said.fin = 1;
  said.opcode = WSLAY_TEXT_FRAME;
  said.mask = 1;
  said.payload_length = message.size();
  said.data = reinterpret_cast<const std::uint8_t*>(message.data());
  said.data_length = message.size();
  if (wslay_frame_send(made, &said) < 0) return {};
  std::string text;
  for (;;) {
    wslay_frame_iocb heard{};
    ssize_t count = wslay_frame_recv(made, &heard);
    if (count < 0) return {};
    if (heard.opcode != WSLAY_TEXT_FRAME) continue;  // a ping
    text.append(reinterpret_cast<const char*>(heard.data), heard.data_length);
    if (text.size() >= heard.payload_length) return text;
  }
}

std::string request_of(const net::Url& url, const std::vector<std::string>& headers) {
  std::string host(url.host());
  if (url.port()) host += fmt::format(":{}", *url.port());
  std::string request = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n",
      url.path(), host, to_base64(random_bytes(16)));
  for (const std::string& header : headers) request += header + "\r\n";
  return request + "\r\n";
}

}  // namespace

Result<Reply> Client::say_on_web_socket(const std::string& path,
                                        const std::vector<std::string>& headers,
                                        const std::string& message,
                                        std::chrono::milliseconds silence) {
  Transfer transfer(server_, path, silence);
  auto url = net::Url::parse(transfer.url());
  if (!url) return std::unexpected(error_of(CURLE_URL_MALFORMAT));
  // A proxy of the environment gets a CONNECT, as from a browser.
  curl_easy_setopt(transfer.easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(transfer.easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  curl_easy_setopt(transfer.easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  CURLcode code = curl_easy_perform(transfer.easy);
  if (code != CURLE_OK) return std::unexpected(error_of(code));
  Wire wire(transfer.easy, silence);
  std::vector<std::string> all = headers;
  if (!server_.api_key.empty()) all.push_back("Authorization: Bearer " + server_.api_key);
  if (!wire.send(request_of(*url, all))) return std::unexpected(error_of(CURLE_SEND_ERROR));
  std::string head = read_head(wire);
  if (!head.ends_with("\r\n\r\n")) return std::unexpected(error_of(CURLE_GOT_NOTHING));
  for (std::size_t at = 0; at < head.size();) {
    std::size_t end = head.find("\r\n", at) + 2;
    transfer.take_header(std::string_view(head).substr(at, end - at));
    at = end;
  }
  const char* status = head.data() + std::min(head.find(' ') + 1, head.size());
  std::from_chars(status, head.data() + head.size(), transfer.reply.status);
  if (transfer.reply.status == 101) transfer.reply.body = converse(wire, message);
  return std::move(transfer.reply);
}

}  // namespace walrus::cli
