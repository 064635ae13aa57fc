// Tells whoever watches an owner of each of his operations that begins.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "status/operation.h"

namespace walrus::live {

class OwnerListener {
 public:
  virtual ~OwnerListener() = default;
  // On its own loop: an operation began, or another attempt of one; its topic is open.
  virtual void on_opened(const status::State& state) = 0;
};

// One shard of watchers per loop, no locks. The loops outlive it and are stopped before it goes.
class OwnerWatch {
 public:
  explicit OwnerWatch(const std::vector<Loop*>& loops);

  // On `loop`, one of ours. What the store has once this returned is either told or was there
  // before: whoever reads the open operations afterwards misses none.
  void add(Loop& loop, const std::string& owner, std::shared_ptr<OwnerListener> listener);
  void remove(Loop& loop, const std::string& owner, const OwnerListener* listener);

  // From any of the loops, after the operation is in the store.
  void opened(const status::State& state);

 private:
  using Listeners = std::vector<std::shared_ptr<OwnerListener>>;
  struct Shard {
    Loop* loop;
    std::unordered_map<std::string, Listeners> listeners;  // by owner
  };
  Shard& shard_of(Loop& loop);
  static void tell(Shard& shard, const status::State& state);

  std::vector<Shard> shards_;
  std::atomic<int> watchers_{0};  // so that nothing is posted where nobody watches
};

}  // namespace walrus::live
