#include "testing/scripted_http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace walrus::testing {

namespace {

constexpr std::chrono::seconds kPatience{5};

std::string_view reason(int status) {
  return status < 400 ? "OK" : "Not so good";
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void parse_head(std::string_view head, SeenRequest& request) {
  std::size_t line_end = head.find("\r\n");
  std::string_view line = head.substr(0, line_end);
  std::size_t first = line.find(' ');
  std::size_t last = line.rfind(' ');
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  while (line_end != std::string_view::npos) {
    head.remove_prefix(line_end + 2);
    line_end = head.find("\r\n");
    line = head.substr(0, line_end);
    std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    request.headers.emplace_back(lower(std::string(line.substr(0, colon))), line.substr(colon + 2));
  }
}

}  // namespace

Gate::Gate() : descriptor_(eventfd(0, EFD_CLOEXEC)) {}
Gate::~Gate() {
  close(descriptor_);
}
void Gate::open() {
  eventfd_write(descriptor_, 1);
}

std::string SeenRequest::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

Script whole_reply(int status, std::string_view body, std::string_view content_type,
                   std::string_view more_headers) {
  return {
      Write{fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n{}",
                        status, reason(status), content_type, body.size(), more_headers, body)}};
}

Write chunked_head(std::string_view content_type, int status) {
  return {fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
                      status, reason(status), content_type)};
}

Write chunk(std::string_view bytes) {
  return {fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes)};
}

Write last_chunk() {
  return {"0\r\n\r\n"};
}

ScriptedHttpServer::ScriptedHttpServer(Handler handler)
    : handler_(std::move(handler)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 128) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("the scripted server cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedHttpServer::~ScriptedHttpServer() {
  stopping_.open();
  acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
  close(listener_);
}

std::string ScriptedHttpServer::url(std::string_view target) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, target);
}

std::vector<SeenRequest> ScriptedHttpServer::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t ScriptedHttpServer::connections() const {
  std::lock_guard lock(mutex_);
  return connections_.size();
}

bool ScriptedHttpServer::wait_for_requests(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; });
}

bool ScriptedHttpServer::wait_for_client_closes(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return client_closes_ >= count; });
}

void ScriptedHttpServer::accept_all() {
  while (await_readable(-1, listener_)) {
    int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    std::lock_guard lock(mutex_);
    connections_.emplace_back([this, connection] {
      serve(connection);
      close(connection);
    });
  }
}

// True when `descriptor` became readable; false when the server ends, or `socket`'s client did.
bool ScriptedHttpServer::await_readable(int socket, int descriptor) {
  pollfd waits[] = {
      {descriptor, POLLIN, 0}, {stopping_.descriptor(), POLLIN, 0}, {socket, POLLRDHUP, 0}};
  poll(waits, 3, -1);
  if (waits[1].revents != 0) return false;
  if (waits[2].revents != 0) {
    note_client_close();
    return false;
  }
  return true;
}

void ScriptedHttpServer::note_client_close() {
  std::lock_guard lock(mutex_);
  ++client_closes_;
  changed_.notify_all();
}

bool ScriptedHttpServer::read_request(int socket, std::string& buffer, SeenRequest& request) {
  std::size_t head_end = std::string::npos;
  std::size_t body_size = 0;
  for (;;) {
    if (head_end == std::string::npos) {
      head_end = buffer.find("\r\n\r\n");
      if (head_end != std::string::npos) {
        parse_head(std::string_view(buffer).substr(0, head_end), request);
        bool waits_for_leave = !request.header("expect").empty();
        if (!waits_for_leave) {
          body_size = std::strtoul(request.header("content-length").c_str(), nullptr, 10);
        }
      }
    }
    if (head_end != std::string::npos && buffer.size() >= head_end + 4 + body_size) break;
    if (!await_readable(-1, socket)) return false;
    char bytes[16384];
    ssize_t size = recv(socket, bytes, sizeof bytes, 0);
    if (size <= 0) {
      note_client_close();
      return false;
    }
    buffer.append(bytes, static_cast<std::size_t>(size));
  }
  request.body = buffer.substr(head_end + 4, body_size);
  buffer.erase(0, head_end + 4 + body_size);
  return true;
}

void ScriptedHttpServer::serve(int socket) {
  std::string buffer;
  for (;;) {
    SeenRequest request;
    if (!read_request(socket, buffer, request)) return;
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(request);
      changed_.notify_all();
    }
    if (play(socket, handler_(request)) == After::kEnd) return;
  }
}

ScriptedHttpServer::After ScriptedHttpServer::play(int socket, const Script& script) {
  for (const ScriptStep& step : script) {
    if (const auto* write = std::get_if<Write>(&step)) {
      if (send_all(socket, write->bytes)) continue;
      note_client_close();
      return After::kEnd;
    }
    if (const auto* wait = std::get_if<AwaitGate>(&step)) {
      if (!await_readable(socket, wait->gate->descriptor())) return After::kEnd;
      continue;
    }
    if (std::holds_alternative<Hang>(step)) await_readable(socket, -1);
    if (std::holds_alternative<Reset>(step)) {
      linger hard{1, 0};
      setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    }
    return After::kEnd;
  }
  return After::kNextRequest;
}

}  // namespace walrus::testing
