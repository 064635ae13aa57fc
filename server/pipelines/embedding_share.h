// Embedding work that equal contents of one owner have in common is done once
// (docs/decisions/0014-idempotency-and-sharing.md).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/task.h"

namespace walrus::pipelines {

// The vectors of one sequence of windows, while uploads make them together: whoever finds nobody at
// it makes the next ones, the others wait and take what was made. So it does not matter to the
// others when one of them fails or is cancelled. Thread-safe.
class SharedVectors : public std::enable_shared_from_this<SharedVectors> {
 public:
  // Windows that follow those somebody has, or the turn to make them, or neither yet.
  struct Found {
    int count = 0;
    int dimensions = 0;
    std::vector<float> vectors;  // row-major, `count` of them
    std::shared_ptr<void> turn;  // nobody else makes any while it is kept
  };

  // What follows the first `have` windows, `most` at a time. Waits for it on the home loop, but a
  // few seconds at most and not past a stop: then it finds neither, and the caller shows life and
  // asks again.
  Task<Found> next(int have, int most, std::stop_token stop);

  // Adds windows from `first` on; those that are there already are passed over. False, and nothing
  // is added: vectors of another size than what is there, or of none, or behind a hole.
  [[nodiscard]] bool add(int first, int dimensions, std::span<const float> vectors);

  int count() const;
  int dimensions() const;
  // Valid as long as this lives, once nobody adds any more.
  std::span<const float> all() const;

 private:
  struct Waiter;
  Found look_or_wait(int have, int most, std::shared_ptr<Waiter> waiter);
  void end_turn();
  void wake_all();
  void forget(const std::shared_ptr<Waiter>& waiter);

  mutable std::mutex mutex_;
  int count_ = 0;
  int dimensions_ = 0;
  std::vector<float> vectors_;
  bool taken_ = false;  // somebody has the turn
  std::vector<std::shared_ptr<Waiter>> waiters_;
};

// What uploads that run now have in common. Thread-safe.
class EmbeddingShare {
 public:
  // The vectors for `key`, which names owner, embedder and content. They are forgotten with the
  // last one who keeps them: keep them until the document that needs them can be found in the
  // store.
  std::shared_ptr<SharedVectors> join(const std::string& key);

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<SharedVectors>> shared_;
};

}  // namespace walrus::pipelines
