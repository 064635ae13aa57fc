#include "live/owner_watch.h"

#include <algorithm>

namespace walrus::live {

OwnerWatch::OwnerWatch(const std::vector<Loop*>& loops) {
  for (Loop* loop : loops) shards_.push_back({loop, {}});
}

OwnerWatch::Shard& OwnerWatch::shard_of(Loop& loop) {
  return *std::ranges::find(shards_, &loop, &Shard::loop);
}

void OwnerWatch::add(Loop& loop, const std::string& owner,
                     std::shared_ptr<OwnerListener> listener) {
  shard_of(loop).listeners[owner].push_back(std::move(listener));
  ++watchers_;
}

void OwnerWatch::remove(Loop& loop, const std::string& owner, const OwnerListener* listener) {
  Shard& shard = shard_of(loop);
  auto found = shard.listeners.find(owner);
  if (found == shard.listeners.end()) return;
  auto gone = std::erase_if(found->second, [&](auto& each) { return each.get() == listener; });
  watchers_ -= static_cast<int>(gone);
  if (found->second.empty()) shard.listeners.erase(found);
}

void OwnerWatch::opened(const status::State& state) {
  if (watchers_ == 0) return;
  auto shared = std::make_shared<const status::State>(state);
  for (Shard& shard : shards_) {
    shard.loop->post([&shard, shared] { tell(shard, *shared); });
  }
}

void OwnerWatch::tell(Shard& shard, const status::State& state) {
  auto found = shard.listeners.find(state.operation.owner);
  if (found == shard.listeners.end()) return;
  Listeners listeners = found->second;  // one may leave while it is told
  for (auto& listener : listeners) listener->on_opened(state);
}

}  // namespace walrus::live
