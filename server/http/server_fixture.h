// A server with a handler for each way to answer, for the tests.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "http/server.h"
#include "http/test_server.h"

namespace walrus::http {

using namespace std::chrono_literals;

inline Task<Response> hello(Request) {
  co_return Response::text(200, "hello");
}

inline Task<Response> echo(Request request) {
  co_return Response::text(200, fmt::format("{} {}?{} {} {}", request.method, request.path,
                                            request.query, request.remote_address, request.body));
}

inline Task<Response> name(Request request) {
  co_return Response::text(200, request.parameter("name"));
}

inline Task<Response> sleepy(Request) {
  co_await sleep_for(1ms);
  co_return Response::text(200, "woke up");
}

inline Task<Response> broken(Request) {
  throw std::runtime_error("secret detail");
  co_return Response::no_content();
}

inline Task<Response> broken_later(Request) {
  co_await sleep_for(1ms);
  throw std::runtime_error("secret detail");
}

// A handler that waits until the test lets it go.
struct Held {
  std::optional<Completion<int>> waiting;
  std::atomic<int> started = 0;
  std::atomic<int> ended = 0;
};

inline Task<Response> hold(Held* held, Request) {
  auto keep = [held](Completion<int> completion) {
    held->waiting.emplace(std::move(completion));
    ++held->started;
  };
  co_await wait_for_callback<int>(keep);
  ++held->ended;
  co_return Response::text(200, "let go");
}

// A handler that waits until its client is gone.
inline Task<Response> wait_for_end(Held* held, Request request) {
  auto until_gone = [held, &request](Completion<int> completion) {
    request.peer->when_gone([completion = std::move(completion)]() mutable { completion(1); });
    ++held->started;
  };
  co_await wait_for_callback<int>(until_gone);
  ++held->ended;
  co_return Response::no_content();
}

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    server_.add("GET", "/", BodyKind::kNone, hello);
    server_.add("GET", "/echo", BodyKind::kNone, echo);
    server_.add("POST", "/echo", BodyKind::kJson, echo);
    server_.add("POST", "/none", BodyKind::kNone, echo);
    server_.add("GET", "/names/{name}", BodyKind::kNone, name);
    server_.add("GET", "/sleepy", BodyKind::kNone, sleepy);
    server_.add("GET", "/broken", BodyKind::kNone, broken);
    server_.add("GET", "/broken-later", BodyKind::kNone, broken_later);
    server_.add("GET", "/hold", BodyKind::kNone,
                [this](Request request) { return hold(&held_, std::move(request)); });
    server_.add("GET", "/wait-for-end", BodyKind::kNone,
                [this](Request request) { return wait_for_end(&held_, std::move(request)); });
  }
  void let_go() {
    server_.on_loop([this] { (*held_.waiting)(1); });
  }

  Held held_;
  TestServer server_;
};

}  // namespace walrus::http
