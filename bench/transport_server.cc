// The transport of an answer and nothing else: the real HTTP server, hub, encoding and reader, fed
// with events that no pipeline made and no store keeps. transport.py loads it.
//
//   POST /chat    27 events: six statuses, twenty chunks, `complete`, in one go, as raw_limit.cpp
//                 sends them
//   POST /turns   the same, each on its own loop turn, as FastAPI and node send them
#include <pthread.h>
#include <sys/resource.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "api/operation_stream.h"
#include "http/server.h"
#include "live/hub.h"
#include "store/memory/memory_store.h"
#include "wire/encoding.h"

namespace walrus {
namespace {

using status::Event;
using status::EventType;
using status::Outcome;
using status::Step;

constexpr std::array kSteps{Step::kInitializing,    Step::kRetrievingContext,
                            Step::kSelectingModel,  Step::kGeneratingResponse,
                            Step::kStoringResponse, Step::kFinished};
constexpr int kChunks = 20;

status::State new_chat(std::string id, TimePoint now) {
  status::State state;
  state.operation = {.id = std::move(id),
                     .kind = status::Kind::kChat,
                     .owner = "local",
                     .conversation_id = "bench",
                     .created_at = now};
  state.step = Step::kInitializing;
  state.started_at = state.updated_at = now;
  return state;
}

std::vector<Event> make_events() {
  std::vector<Event> events;
  auto add = [&events](EventType type, Outcome outcome, Step step) -> Event& {
    return events.emplace_back(Event{.sequence = events.size() + 1,
                                     .attempt = 1,
                                     .at = {},
                                     .type = type,
                                     .outcome = outcome,
                                     .step = step});
  };
  for (Step step : kSteps) {
    Outcome outcome = step == Step::kFinished ? Outcome::kCompleted : Outcome::kProcessing;
    add(EventType::kStatus, outcome, step).message = status::message_of(status::Kind::kChat, step);
    for (int i = 0; step == Step::kGeneratingResponse && i < kChunks; ++i) {
      add(EventType::kChunk, outcome, step).content =
          " is a branch of computer science " + std::to_string(i);
    }
  }
  add(EventType::kComplete, Outcome::kCompleted, Step::kFinished).metadata = {{"latency_ms", 1250}};
  return events;
}

// What a pipeline would report.
class Turn {
 public:
  Turn(Loop& loop, live::Hub& hub, status::State state)
      : loop_(loop), hub_(hub), state_(std::move(state)) {}

  static void report_all(std::unique_ptr<Turn> turn) {
    Loop& loop = turn->loop_;
    loop.post([turn = std::move(turn)] {
      while (turn->report()) continue;
    });
  }

  static void go_on(std::unique_ptr<Turn> turn) {
    Loop& loop = turn->loop_;
    loop.post([turn = std::move(turn)]() mutable {
      if (turn->report()) go_on(std::move(turn));
    });
  }

  // False: that was the last event.
  bool report() {
    static const std::vector<Event> events = make_events();
    std::vector<Event> next;
    next.push_back(events[state_.sequence]);
    next.front().at = loop_.clock().now();
    state_.apply(next.front());
    hub_.publish(state_, std::move(next));
    return state_.sequence < events.size();
  }

 private:
  Loop& loop_;
  live::Hub& hub_;
  status::State state_;
};

class BenchServer {
 public:
  BenchServer()
      : loop_(clock_),
        store_(clock_),
        hub_({&loop_}, encoding_, latest_, {Duration(0), Duration(0)}),
        uploads_(std::filesystem::temp_directory_path()) {
    http::Limits limits;
    limits.connections_per_address = limits.connections;
    http::Hooks hooks;
    hooks.gate = [](const http::Request&) { return std::nullopt; };
    hooks.error_response = [](const Error& error, int status, const http::Request&) {
      return http::Response::text(status, error.message);
    };
    server_ = std::make_unique<http::Server>(std::vector<EventLoop*>{&loop_}, router(), limits,
                                             std::move(hooks), uploads_, log_, metrics_);
  }

  Result<void> listen() { return server_->listen({{"127.0.0.1", 0}}); }
  std::uint16_t port() const { return server_->port(); }

  // Runs the loop until a signal ends it.
  void run(const sigset_t& ends) {
    std::thread thread([this] { loop_.run(); });
    int signal_number = 0;
    sigwait(&ends, &signal_number);
    server_.reset();
    loop_.stop();
    thread.join();
  }

 private:
  http::Router router() {
    http::Router router;
    router.add({"POST", "/chat", http::BodyKind::kJson, [this](http::Request request) {
                  return chat(std::move(request), Turn::report_all);
                }});
    router.add({"POST", "/turns", http::BodyKind::kJson,
                [this](http::Request request) { return chat(std::move(request), Turn::go_on); }});
    return router;
  }

  http::Response stream_of(const status::State& state) {
    store::OperationRecord record;
    record.state = state;
    return api::stream_operation(hub_, store_, loop_, log_, std::move(record), api::Position{});
  }

  Task<http::Response> chat(http::Request request, void (*go_on)(std::unique_ptr<Turn>)) {
    auto body = parse_json(request.body);
    if (!body) co_return http::Response::text(400, "no JSON");
    status::State state = new_chat(hub_.new_operation_id(loop_), clock_.now());
    hub_.open(state);
    auto turn = std::make_unique<Turn>(loop_, hub_, state);
    turn->report();  // as a chat's first event, which is committed with its question
    go_on(std::move(turn));
    co_return stream_of(state);
  }

  SystemClock clock_;
  Log log_ = Log::none();
  Metrics metrics_;
  EventLoop loop_;
  store::MemoryStore store_;
  wire::SseEncoding encoding_;
  live::Latest latest_;
  live::Hub hub_;
  std::filesystem::path uploads_;
  std::unique_ptr<http::Server> server_;
};

int run() {
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  BenchServer server;
  Result<void> listening = server.listen();
  if (!listening) {
    std::fprintf(stderr, "%s\n", listening.error().message.c_str());
    return 1;
  }
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  server.run(ends);
  return 0;
}

}  // namespace
}  // namespace walrus

int main() {
  return walrus::run();
}
