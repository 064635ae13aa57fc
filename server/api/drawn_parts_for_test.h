// What a drawn world is made of: lives of a server, readers and their connections.
#pragma once

#include <charconv>

#include "api/drawn_world_for_test.h"
#include "http/event_stream.h"

namespace walrus::api {

inline Duration drawn_pause(std::mt19937& random, unsigned longest_ms) {
  return std::chrono::milliseconds(random() % (longest_ms + 1));
}

// A killed one is left as it is: its loops never turn again, and its runs wait for ever.
struct World::Life {
  Life(World& world)
      : here(world.clock_),
        there(world.clock_),
        event_log(world.tables_, world.random_),
        store(world.tables_),
        hub({&here, &there}, encoding, latest),
        jobs({&here, &there}, store, event_log, hub, log, metrics, {}) {}

  testing::ManualLoop here;
  testing::ManualLoop there;
  DrawnLog event_log;
  testing::FaultStore store;
  wire::SseEncoding encoding;
  live::Latest latest;
  live::Hub hub;
  Log log = Log::none();
  Metrics metrics;
  jobs::Jobs jobs;
  TaskGroup here_tasks{here, [](std::exception_ptr) { std::abort(); }};
};

struct World::Reader {
  Operation* operation;
  ReaderCheck check;
  std::shared_ptr<Connection> connection;
};

// Takes so many pieces and then no more, as a reader whose queue is full; what it takes leaves at
// once or, where it is slow, some time later. Closes as a real one does: later, on its loop.
class World::Connection final : public http::EventStream,
                                public std::enable_shared_from_this<World::Connection> {
 public:
  Connection(World& world, Loop& loop, Reader& reader, unsigned takes)
      : world_(world), loop_(loop), reader_(reader), takes_(takes), slow_(world.draw(3) == 0) {}

  std::size_t queued() const override { return queued_; }
  void when_drained(Work work) override {
    if (queued_ == 0) return loop_.post(std::move(work));
    on_drained_.push_back(std::move(work));
  }
  bool send(live::Frame frame) override {
    if (closed_ || takes_ == 0) return false;
    --takes_;
    if (slow_ && queued_ == 0 && world_.draw(3) == 0) fill_up();
    std::string text = http::without_chunk_framing(*frame);
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = text.find("\n\n", begin);
      take(std::string_view(text).substr(begin, end - begin));
      begin = end + 2;
    }
    return true;
  }
  void finish() override { close(); }
  void finish(live::Frame last) override {
    send(std::move(last));
    close();
  }
  void abort() override { close(); }
  void on_closed(Work work) override { on_closed_ = std::move(work); }
  void close() {
    if (std::exchange(closed_, true)) return;
    drain();
    loop_.post([work = std::move(on_closed_)]() mutable {
      if (work) work();
    });
  }
  bool closed() const { return closed_; }

 private:
  void take(std::string_view event) {
    std::size_t data = event.find("\ndata: ");
    if (!event.starts_with("id: ") || data == event.npos) return;
    Seen seen;
    std::from_chars(event.data() + 4, event.data() + data, seen.id);
    seen.text = event.substr(data + 7);
    world_.saw(reader_, seen);
  }

  void fill_up() {
    queued_ = 1'000'000;
    loop_.after(drawn_pause(world_.random_, 600), [this, self = weak_from_this()] {
      if (auto alive = self.lock()) drain();
    });
  }
  void drain() {
    queued_ = 0;
    for (Work& work : std::exchange(on_drained_, {})) loop_.post(std::move(work));
  }

  World& world_;
  Loop& loop_;
  Reader& reader_;
  unsigned takes_;
  const bool slow_;
  std::size_t queued_ = 0;
  std::vector<Work> on_drained_;
  bool closed_ = false;
  Work on_closed_;
};

}  // namespace walrus::api
