// One change of a thing at a time: two at once would both take a document's next version.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/task.h"

namespace walrus {

// What a change is of. With its owner, so that nobody waits for what another owner does, or hears
// of it.
struct ClaimedThing {
  std::string owner;
  std::string id;
  auto operator<=>(const ClaimedThing&) const = default;
};

// Thread-safe; outlives what it gives.
class Claims {
 public:
  // The thing is the caller's while it keeps one. Null: another has it.
  using Claim = std::shared_ptr<void>;

  Claim take(const ClaimedThing& thing);
  // Waits until the thing is free, in the order of asking; null after `at_most`.
  Task<Claim> take_when_free(ClaimedThing thing, Duration at_most);

 private:
  struct Waiter {
    std::optional<Completion<Claim>> done;
    TimerId timer = 0;
  };
  using Waiters = std::deque<std::shared_ptr<Waiter>>;

  Claim claim_of(const ClaimedThing& thing);
  void wait(const ClaimedThing& thing, std::shared_ptr<Waiter> waiter);
  void give_up(const ClaimedThing& thing, const std::shared_ptr<Waiter>& waiter);
  void give_back(const ClaimedThing& thing);

  std::mutex mutex_;
  std::map<ClaimedThing, Waiters> taken_;  // with those who want it next
};

}  // namespace walrus
