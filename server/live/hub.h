// Hands events on to whoever listens, live and in order, and lets late ones catch up.
//
// One shard per loop, no locks: an operation's topic belongs to the shard of its home loop (a hash
// of its id), subscribers belong to the shard of their connection's loop. Another shard with
// subscribers holds one link to the topic, however many they are.
//
// While an operation runs its topic keeps the newest events (the tail). The store has every event
// before the tail, so "replay the store up to the tail, then the tail, then what is live" has no
// hole: attaching to the topic and copying its tail happen in one step on the topic's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "base/task.h"
#include "live/audience.h"
#include "live/encoding.h"
#include "live/latest.h"
#include "live/owner_watch.h"
#include "status/ports.h"

namespace walrus::live {

// What attaching found.
struct Attachment {
  bool running = false;           // false: the topic is closed, the store has everything
  std::uint64_t tail_begins = 0;  // the store has every event below this sequence
  std::vector<SharedEvent> tail;
  status::State state;  // after the tail's last event
};

// What a topic publishes after a pause goes out at once. What follows sooner than this, counted
// from when everybody had the last, is gathered and goes out together; for longer where that proved
// worth it. An end never waits.
struct Gathering {
  Duration shortest = std::chrono::milliseconds(10);
  Duration longest = std::chrono::milliseconds(20);
};

class Hub final : public status::LiveSink {
 public:
  // The loops must outlive the hub and be stopped before it goes.
  Hub(std::vector<Loop*> loops, const Encoding& encoding, Latest& latest, Gathering gathering = {});
  ~Hub() override;

  // Where an operation with this id lives.
  Loop& home(const std::string& operation_id) const;
  // A new operation id whose home is `loop`, so that its events need no crossing.
  std::string new_operation_id(Loop& loop) const;

  // Opens the operation's topic; on its home loop, before anything is published.
  void open(const status::State& state);
  // Tells whoever watches its owner that the operation, or another attempt of it, has begun: once
  // that is in the store and its topic is open. From any of the loops.
  void announce(const status::State& state) { owners_.opened(state); }
  // Closes it without an end, and tells the listeners so. On the home loop.
  void close(const std::string& operation_id);

  // On the home loop. Events after the terminal one are a bug.
  void publish(const status::State& state, std::vector<status::Event> events) override;

  // Attaches `listener` on the awaiting coroutine's loop, which must be one of the hub's. It hears
  // every event past the attachment's tail, until it is detached or the topic ends; events may come
  // before the awaiting coroutine goes on.
  Task<Attachment> attach(std::string operation_id, std::shared_ptr<Listener> listener);
  // On the listener's loop. It hears nothing more but what is on its way to a crowd already.
  void detach(Loop& loop, const std::string& operation_id, const Listener* listener);

  const Encoding& encoding() const { return encoding_; }
  Latest& latest() { return latest_; }
  OwnerWatch& owners() { return owners_; }

 private:
  struct Topic {
    status::State state;
    std::deque<SharedEvent> tail;
    std::uint64_t tail_begins = 1;
    std::size_t tail_bytes = 0;
    std::vector<std::size_t> links;     // shards that have listeners
    std::vector<SharedEvent> gathered;  // published, and told nobody yet
    std::optional<Duration> last_told;  // on the monotonic clock
    Duration window{0};
    TimerId timer = 0;
    std::shared_ptr<Audience> crowd;  // at home, that was still being told after the last call
  };
  struct Shard {
    Loop* loop;
    std::unordered_map<std::string, Topic> topics;  // of operations at home here
    std::unordered_map<std::string, std::shared_ptr<Audience>> audiences;
    std::unordered_map<std::string, int> asking;  // how many wait for a topic's answer
  };

  std::size_t home_shard(const std::string& operation_id) const;
  std::size_t shard_of(const Loop& loop) const;
  static bool is_too_much(const Topic& topic);
  void remember(Topic& topic, SharedEvent event);
  SharedEvent next(Topic& topic, status::Event event);
  void add_listener(Shard& shard, const std::string& operation_id,
                    std::shared_ptr<Listener> listener);
  void tell_or_gather(Shard& home, Topic& topic);
  void tell_gathered(Shard& home, const std::string& operation_id);
  static Duration next_telling(const Topic& topic);
  void tell(Shard& home, Topic& topic);
  std::shared_ptr<Audience> deliver(Shard& shard, const std::string& operation_id,
                                    std::span<const SharedEvent> events, const Frame& frame);
  void tell_closed(Shard& shard, const std::string& operation_id);
  Attachment look(Topic& topic);
  void update_latest(const status::State& state);

  std::vector<Shard> shards_;
  const Encoding& encoding_;
  Latest& latest_;
  OwnerWatch owners_;
  const Gathering gathering_;
};

}  // namespace walrus::live
