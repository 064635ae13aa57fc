#include "live/hub.h"

#include <algorithm>
#include <cstdlib>

#include "base/ids.h"

namespace walrus::live {

namespace {

// What a topic keeps for late readers.
constexpr std::size_t kTailBytes = 256 * 1024;
constexpr std::size_t kTailEvents = 2048;
// Chunks are shown before they are in the log, at most a block of reserved sequences of them
// (status::TrackerOptions). As many stay here whatever their size: no other place has them.
constexpr std::size_t kChunksKept = 1024;

}  // namespace

Hub::Hub(std::vector<Loop*> loops, const Encoding& encoding, Latest& latest)
    : encoding_(encoding), latest_(latest) {
  for (Loop* loop : loops) shards_.push_back({loop, {}, {}});
}

Hub::~Hub() = default;

std::size_t Hub::home_shard(const std::string& operation_id) const {
  return id_hash(operation_id) % shards_.size();
}

std::size_t Hub::shard_of(const Loop& loop) const {
  auto found = std::ranges::find(shards_, &loop, &Shard::loop);
  if (found == shards_.end()) std::abort();
  return static_cast<std::size_t>(found - shards_.begin());
}

Loop& Hub::home(const std::string& operation_id) const {
  return *shards_[home_shard(operation_id)].loop;
}

std::string Hub::new_operation_id(Loop& loop) const {
  std::size_t wanted = shard_of(loop);
  for (;;) {
    std::string id = new_uuid(loop.clock().now());
    if (home_shard(id) == wanted) return id;
  }
}

void Hub::open(const status::State& state) {
  Topic topic;
  topic.state = state;
  topic.tail_begins = state.sequence + 1;
  shards_[home_shard(state.operation.id)].topics.insert_or_assign(state.operation.id,
                                                                  std::move(topic));
  update_latest(state);
}

void Hub::close(const std::string& operation_id) {
  Shard& home = shards_[home_shard(operation_id)];
  auto found = home.topics.find(operation_id);
  if (found == home.topics.end()) return;
  std::vector<std::size_t> links = std::move(found->second.links);
  home.topics.erase(found);
  for (std::size_t link : links) {
    Shard* shard = &shards_[link];
    shard->loop->post([this, shard, operation_id] { tell_closed(*shard, operation_id); });
  }
}

void Hub::tell_closed(Shard& shard, const std::string& operation_id) {
  auto found = shard.listeners.find(operation_id);
  if (found == shard.listeners.end()) return;
  auto listeners = std::move(found->second);
  shard.listeners.erase(found);
  for (const auto& listener : listeners) listener->on_closed();
}

void Hub::update_latest(const status::State& state) {
  const status::Operation& operation = state.operation;
  auto latest = std::make_shared<const LatestStatus>(operation.owner, state.sequence,
                                                     state.outcome != status::Outcome::kProcessing,
                                                     encoding_.status(state));
  latest_.publish(operation.id, latest);
  if (!operation.document_id.empty()) latest_.publish(operation.document_id, latest);
}

bool Hub::is_too_much(const Topic& topic) {
  if (topic.tail.empty()) return false;
  if (topic.tail.size() > kTailEvents) return true;
  bool chunk = topic.tail.front().event->type == status::EventType::kChunk;
  if (chunk && topic.tail.size() <= kChunksKept) return false;
  return topic.tail_bytes > kTailBytes;
}

void Hub::remember(Topic& topic, LiveEvent event) {
  topic.tail_bytes += event.frame->size();
  topic.tail.push_back(std::move(event));
  while (is_too_much(topic)) {
    topic.tail_bytes -= topic.tail.front().frame->size();
    topic.tail_begins = topic.tail.front().sequence + 1;
    topic.tail.pop_front();
  }
}

void Hub::publish(const status::State& state, const std::vector<status::Event>& events) {
  const std::string& id = state.operation.id;
  Shard& home = shards_[home_shard(id)];
  auto found = home.topics.find(id);
  if (found == home.topics.end()) std::abort();
  Topic& topic = found->second;

  bool only_chunks = true;
  bool ended = false;
  std::vector<LiveEvent> live;
  for (const status::Event& event : events) {
    topic.state.apply(event);
    if (topic.attempt_begins == 0) topic.attempt_begins = event.sequence;
    only_chunks = only_chunks && event.type == status::EventType::kChunk;
    bool terminal = status::is_terminal(state.operation.kind, event);
    ended = ended || terminal;
    LiveEvent next{event.sequence, terminal, encoding_.event(topic.state, event),
                   std::make_shared<const status::Event>(event)};
    remember(topic, next);
    live.push_back(std::move(next));
  }
  if (!only_chunks) update_latest(state);

  std::vector<std::size_t> links = topic.links;
  if (ended) home.topics.erase(found);
  for (std::size_t link : links) {
    Shard* shard = &shards_[link];
    if (shard == &home) {
      for (const LiveEvent& event : live) deliver(*shard, id, event);
    } else {
      shard->loop->post([this, shard, id, live] {
        for (const LiveEvent& event : live) deliver(*shard, id, event);
      });
    }
  }
}

void Hub::deliver(Shard& shard, const std::string& operation_id, const LiveEvent& event) {
  auto found = shard.listeners.find(operation_id);
  if (found == shard.listeners.end()) return;
  // A listener may detach itself or others while it is told.
  auto listeners = found->second;
  if (event.terminal) shard.listeners.erase(found);
  for (const auto& listener : listeners) listener->on_event(event);
}

Attachment Hub::look(Topic& topic) {
  Attachment attachment;
  attachment.running = true;
  attachment.tail_begins = topic.tail_begins;
  attachment.tail.assign(topic.tail.begin(), topic.tail.end());
  attachment.attempt = topic.state.attempt;
  attachment.attempt_begins = topic.attempt_begins;
  attachment.state = topic.state;
  return attachment;
}

Task<Attachment> Hub::attach(std::string operation_id, std::shared_ptr<Listener> listener) {
  Loop& here = co_await home_loop();
  std::size_t mine = shard_of(here);
  std::size_t owner = home_shard(operation_id);
  Shard* home = &shards_[owner];

  auto link = [this, home, mine](const std::string& id) -> Attachment {
    auto found = home->topics.find(id);
    if (found == home->topics.end()) return {};
    auto& links = found->second.links;
    if (std::ranges::find(links, mine) == links.end()) links.push_back(mine);
    return look(found->second);
  };
  Shard* shard = &shards_[mine];
  if (owner == mine) {
    Attachment attachment = link(operation_id);
    if (attachment.running) shard->listeners[operation_id].push_back(std::move(listener));
    co_return attachment;
  }
  // Registered here before asking there: what is published after the look is posted after its
  // answer.
  shard->listeners[operation_id].push_back(listener);
  auto ask = [home, operation_id, link](Completion<Attachment> done) {
    home->loop->post(
        [link, operation_id, done = std::move(done)]() mutable { done(link(operation_id)); });
  };
  Attachment attachment = co_await wait_for_callback<Attachment>(ask);
  if (!attachment.running) detach(here, operation_id, listener.get());
  co_return attachment;
}

void Hub::detach(Loop& loop, const std::string& operation_id, const Listener* listener) {
  Shard& shard = shards_[shard_of(loop)];
  auto found = shard.listeners.find(operation_id);
  if (found == shard.listeners.end()) return;
  std::erase_if(found->second, [&](auto& each) { return each.get() == listener; });
  if (found->second.empty()) shard.listeners.erase(found);
}

}  // namespace walrus::live
