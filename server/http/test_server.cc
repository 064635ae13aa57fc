#include "http/test_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "base/ascii.h"
#include "http/event_stream.h"
#include "http/field_text.h"

namespace walrus::http {

namespace {

constexpr int kPatience = 5000;  // ms

std::filesystem::path new_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "walrus-http-XXXXXX").string();
  return mkdtemp(pattern.data());
}

}  // namespace

std::string Reply::field(std::string_view name) const {
  std::string found;
  std::string_view rest = head;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(line.size() + 2, rest.size()));
    std::size_t colon = line.find(':');
    if (colon == line.npos || !equal_ignoring_case(line.substr(0, colon), name)) continue;
    found = trim_spaces(line.substr(colon + 1));
  }
  return found;
}

Client::Client(std::uint16_t port, const std::string& address, int receive_buffer) {
  bool v6 = address.contains(':');
  handle_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
  if (receive_buffer > 0) {
    ::setsockopt(handle_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &v4.sin_addr);
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  ::inet_pton(AF_INET6, address.c_str(), &six.sin6_addr);
  int failed = v6 ? ::connect(handle_, reinterpret_cast<sockaddr*>(&six), sizeof six)
                  : ::connect(handle_, reinterpret_cast<sockaddr*>(&v4), sizeof v4);
  EXPECT_EQ(failed, 0) << "cannot connect to " << address << ":" << port;
}

Client::Client(Client&& other) noexcept
    : handle_(std::exchange(other.handle_, -1)),
      buffer_(std::move(other.buffer_)),
      end_(other.end_) {}

Client::~Client() {
  close();
}

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Client::end_writing() {
  ::shutdown(handle_, SHUT_WR);
}

void Client::close() {
  if (handle_ >= 0) ::close(std::exchange(handle_, -1));
}

void Client::fill() {
  pollfd wait{handle_, POLLIN, 0};
  if (::poll(&wait, 1, kPatience) != 1) {
    ADD_FAILURE() << "nothing came in time; so far: " << buffer_.substr(0, 500);
    end_ = true;
    return;
  }
  char bytes[16384];
  ssize_t count = ::recv(handle_, bytes, sizeof bytes, 0);
  if (count <= 0) {
    end_ = true;
  } else {
    buffer_.append(bytes, static_cast<std::size_t>(count));
  }
}

std::string Client::read_some() {
  if (buffer_.empty() && !end_) fill();
  return std::exchange(buffer_, {});
}

std::string Client::read_until(std::string_view end) {
  while (!end_ && !buffer_.contains(end)) fill();
  std::size_t at = buffer_.find(end);
  if (at == buffer_.npos) {
    ADD_FAILURE() << "the end came before '" << end << "': " << buffer_.substr(0, 500);
    return std::exchange(buffer_, {});
  }
  std::string taken = buffer_.substr(0, at + end.size());
  buffer_.erase(0, taken.size());
  return taken;
}

std::string Client::read_exactly(std::size_t count) {
  while (!end_ && buffer_.size() < count) fill();
  if (buffer_.size() < count) ADD_FAILURE() << "the end came before " << count << " bytes";
  std::string taken = buffer_.substr(0, count);
  buffer_.erase(0, taken.size());
  return taken;
}

std::string Client::read_to_end() {
  while (!end_) fill();
  return std::exchange(buffer_, {});
}

Reply Client::read_reply(bool head_only) {
  Reply reply;
  reply.head = read_until("\r\n\r\n");
  if (reply.head.size() > 12) reply.status = std::atoi(reply.head.c_str() + 9);
  if (head_only || reply.status == 204 || reply.status == 304 || reply.status < 200) return reply;
  if (reply.field("Transfer-Encoding") == "chunked") {
    std::string framed = read_until("0\r\n\r\n");
    reply.body = without_chunk_framing(framed);
    return reply;
  }
  std::size_t length = std::strtoul(reply.field("Content-Length").c_str(), nullptr, 10);
  while (!end_ && buffer_.size() < length) fill();
  EXPECT_GE(buffer_.size(), length) << "the body was cut short";
  reply.body = buffer_.substr(0, length);
  buffer_.erase(0, reply.body.size());
  return reply;
}

Reply Client::ask(std::string_view request) {
  send(request);
  return read_reply();
}

bool Client::ended() {
  if (buffer_.empty() && !end_) fill();
  EXPECT_EQ(buffer_, "");
  return end_ && buffer_.empty();
}

bool Client::ended_by_now() {
  pollfd wait{handle_, POLLIN, 0};
  if (!end_ && ::poll(&wait, 1, 0) == 1) fill();
  return end_;
}

std::string get(std::string_view path, std::string_view fields) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", path, fields);
}

std::string post(std::string_view path, std::string_view type, std::string_view body,
                 std::string_view fields) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n{}",
      path, type, body.size(), fields, body);
}

TestServer::TestServer(std::size_t count) : uploads(new_directory()) {
  limits.heartbeat = std::chrono::minutes(1);
  hooks.error_response = [](const Error& error, int status, const Request&) {
    return Response::text(status,
                          fmt::format("{} {}: {}", info(error.code).word, status, error.message));
  };
  for (std::size_t i = 0; i < count; ++i) loops.push_back(std::make_unique<EventLoop>(clock_));
}

TestServer::~TestServer() {
  stop();
  for (auto& loop : loops) loop->stop();
  for (std::thread& thread : threads_) thread.join();
  std::filesystem::remove_all(uploads);
}

void TestServer::add(std::string method, std::string pattern, BodyKind body, Handler handler) {
  router_.add({std::move(method), std::move(pattern), body, std::move(handler)});
}

void TestServer::start() {
  std::vector<EventLoop*> all;
  for (auto& loop : loops) all.push_back(loop.get());
  server = std::make_unique<Server>(all, std::move(router_), limits, hooks, uploads, log_, metrics);
  Result<void> listening = server->listen({{"127.0.0.1", 0}, {"::1", 0}});
  ASSERT_TRUE(listening) << listening.error().message;
  for (EventLoop* loop : all) threads_.emplace_back([loop] { loop->run(); });
}

void TestServer::stop() {
  server.reset();
}

void TestServer::on_loop(std::function<void()> work) {
  std::promise<void> done;
  loops[0]->post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

std::size_t TestServer::files_in_uploads() const {
  auto files = std::filesystem::directory_iterator(uploads);
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

std::string TestServer::metric(std::string_view line_start) const {
  std::string text = metrics.render();
  std::size_t at = text.find("\n" + std::string(line_start) + " ");
  if (at == text.npos) return {};
  at += line_start.size() + 2;
  return text.substr(at, text.find('\n', at) - at);
}

bool eventually(const std::function<bool()>& condition) {
  auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatience);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    ::poll(nullptr, 0, 2);
  }
  return condition();
}

}  // namespace walrus::http
