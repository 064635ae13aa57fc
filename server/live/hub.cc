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

// The events as one piece of their stream.
Frame joined(std::span<const SharedEvent> events) {
  if (events.size() == 1) return frame_of(events.front());
  std::size_t size = 0;
  for (const SharedEvent& event : events) size += event->encoded.frame.size();
  auto frame = std::make_shared<std::string>();
  frame->reserve(size);
  for (const SharedEvent& event : events) *frame += event->encoded.frame;
  return frame;
}

}  // namespace

Hub::Hub(std::vector<Loop*> loops, const Encoding& encoding, Latest& latest, Gathering gathering)
    : encoding_(encoding), latest_(latest), owners_(loops), gathering_(gathering) {
  for (Loop* loop : loops) shards_.push_back({loop, {}, {}, {}});
}

Hub::~Hub() = default;

std::size_t Hub::home_shard(const std::string& operation_id) const {
  return std::hash<std::string>()(operation_id) % shards_.size();
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
  tell(home, found->second);
  std::vector<std::size_t> links = std::move(found->second.links);
  home.topics.erase(found);
  for (std::size_t link : links) {
    Shard* shard = &shards_[link];
    shard->loop->post([this, shard, operation_id] { tell_closed(*shard, operation_id); });
  }
}

void Hub::tell_closed(Shard& shard, const std::string& operation_id) {
  auto found = shard.audiences.find(operation_id);
  if (found == shard.audiences.end()) return;
  std::shared_ptr<Audience> audience = std::move(found->second);
  shard.audiences.erase(found);
  audience->close();
}

void Hub::update_latest(const status::State& state) {
  const status::Operation& operation = state.operation;
  bool operation_read = latest_.changed(operation.id);
  bool document_read = !operation.document_id.empty() && latest_.changed(operation.document_id);
  if (!operation_read && !document_read) return;
  auto latest = std::make_shared<const LatestStatus>(operation.owner, operation.id, state.sequence,
                                                     encoding_.status(state));
  if (operation_read) latest_.publish(operation.id, latest);
  if (document_read) latest_.publish(operation.document_id, latest);
}

bool Hub::is_too_much(const Topic& topic) {
  if (topic.tail.empty()) return false;
  if (topic.tail.size() > kTailEvents) return true;
  bool chunk = topic.tail.front()->event.type == status::EventType::kChunk;
  bool may_be_unwritten = chunk && topic.state.operation.kind == status::Kind::kChat;
  if (may_be_unwritten && topic.tail.size() <= kChunksKept) return false;
  return topic.tail_bytes > kTailBytes;
}

void Hub::remember(Topic& topic, SharedEvent event) {
  topic.tail_bytes += event->encoded.frame.size();
  topic.tail.push_back(std::move(event));
  while (is_too_much(topic)) {
    topic.tail_bytes -= topic.tail.front()->encoded.frame.size();
    topic.tail_begins = topic.tail.front()->sequence() + 1;
    topic.tail.pop_front();
  }
}

SharedEvent Hub::next(Topic& topic, status::Event event) {
  topic.state.apply(event);
  bool terminal = status::is_terminal(topic.state.operation.kind, event);
  EncodedEvent encoded = encoding_.event(topic.state, event);
  auto live = std::make_shared<const LiveEvent>(std::move(event), terminal, std::move(encoded));
  remember(topic, live);
  return live;
}

void Hub::publish(const status::State& state, std::vector<status::Event> events) {
  const std::string& id = state.operation.id;
  Shard& home = shards_[home_shard(id)];
  auto found = home.topics.find(id);
  if (found == home.topics.end()) std::abort();
  Topic& topic = found->second;

  auto is_chunk = [](const status::Event& event) {
    return event.type == status::EventType::kChunk;
  };
  if (!std::ranges::all_of(events, is_chunk)) update_latest(state);
  for (status::Event& event : events) topic.gathered.push_back(next(topic, std::move(event)));
  bool ended = topic.gathered.back()->terminal;
  ended ? tell(home, topic) : tell_or_gather(home, topic);
  if (ended) home.topics.erase(found);
}

// When the topic may speak again without gathering.
Duration Hub::next_telling(const Topic& topic) {
  if (!topic.last_told) return Duration::min();
  Duration told_at = topic.crowd ? topic.crowd->told_at() : *topic.last_told;
  return std::max(*topic.last_told, told_at) + topic.window;
}

void Hub::tell_or_gather(Shard& home, Topic& topic) {
  if (topic.timer != 0) return;
  Duration now = home.loop->clock().monotonic();
  Duration next = next_telling(topic);
  if (next <= now) {
    topic.window = gathering_.shortest;
    return tell(home, topic);
  }
  // Cancelled when the topic goes.
  topic.timer = home.loop->after(
      next - now, [this, &home, id = topic.state.operation.id] { tell_gathered(home, id); });
}

void Hub::tell_gathered(Shard& home, const std::string& operation_id) {
  Topic& topic = home.topics.at(operation_id);
  topic.timer = 0;
  // A crowd is still being told what came before.
  if (next_telling(topic) > home.loop->clock().monotonic()) {
    return tell_or_gather(home, topic);
  }
  topic.window = topic.gathered.size() > 1 ? gathering_.longest : gathering_.shortest;
  tell(home, topic);
}

// Whoever listens hears what was gathered.
void Hub::tell(Shard& home, Topic& topic) {
  if (topic.timer != 0) home.loop->cancel(std::exchange(topic.timer, 0));
  if (topic.gathered.empty()) return;
  topic.last_told = home.loop->clock().monotonic();
  topic.crowd = nullptr;
  Frame frame = topic.links.empty() ? nullptr : joined(topic.gathered);
  const std::string& id = topic.state.operation.id;
  for (std::size_t link : topic.links) {
    Shard* shard = &shards_[link];
    if (shard == &home) {
      topic.crowd = deliver(home, id, topic.gathered, frame);
    } else {
      shard->loop->post([this, shard, id, events = topic.gathered, frame] {
        (void)deliver(*shard, id, events, frame);
      });
    }
  }
  topic.gathered.clear();
}

void Hub::add_listener(Shard& shard, const std::string& operation_id,
                       std::shared_ptr<Listener> listener) {
  auto& audience = shard.audiences[operation_id];
  if (!audience) audience = std::make_shared<Audience>(*shard.loop);
  audience->add(std::move(listener));
}

// The audience, where it is a crowd that is still being told.
std::shared_ptr<Audience> Hub::deliver(Shard& shard, const std::string& operation_id,
                                       std::span<const SharedEvent> events, const Frame& frame) {
  auto found = shard.audiences.find(operation_id);
  if (found == shard.audiences.end()) return nullptr;
  std::shared_ptr<Audience> audience = found->second;
  // Who is just attaching may do so to the attempt after this one.
  if (events.back()->terminal && !shard.asking.contains(operation_id)) shard.audiences.erase(found);
  audience->deliver(events, frame);
  return audience->is_telling() ? std::move(audience) : nullptr;
}

Attachment Hub::look(Topic& topic) {
  Attachment attachment;
  attachment.running = true;
  attachment.tail_begins = topic.tail_begins;
  attachment.tail.assign(topic.tail.begin(), topic.tail.end());
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
    if (attachment.running) add_listener(*shard, operation_id, std::move(listener));
    co_return attachment;
  }
  // Registered here before asking there: what is published after the look is posted after its
  // answer.
  add_listener(*shard, operation_id, listener);
  ++shard->asking[operation_id];
  auto ask = [home, operation_id, link](Completion<Attachment> done) {
    home->loop->post(
        [link, operation_id, done = std::move(done)]() mutable { done(link(operation_id)); });
  };
  Attachment attachment = co_await wait_for_callback<Attachment>(ask);
  auto asking = shard->asking.find(operation_id);
  if (--asking->second == 0) shard->asking.erase(asking);
  if (!attachment.running) detach(here, operation_id, listener.get());
  co_return attachment;
}

void Hub::detach(Loop& loop, const std::string& operation_id, const Listener* listener) {
  Shard& shard = shards_[shard_of(loop)];
  auto found = shard.audiences.find(operation_id);
  if (found == shard.audiences.end()) return;
  found->second->remove(listener);
  if (found->second->empty()) shard.audiences.erase(found);
}

}  // namespace walrus::live
