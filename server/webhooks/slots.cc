#include "webhooks/slots.h"

#include <algorithm>
#include <utility>

namespace walrus::webhooks {

bool Slots::may_take(const std::string& owner) const {
  auto held = held_.find(owner);
  return free_ > 0 && (held == held_.end() || held->second < of_owner_);
}

Task<void> Slots::take(std::string owner) {
  auto queue_up = [this, &owner](Completion<bool> done) {
    waiting_.push_back({owner, std::move(done)});
    hand_on();
  };
  co_await wait_for_callback<bool>(queue_up);
}

void Slots::give(const std::string& owner) {
  ++free_;
  auto held = held_.find(owner);
  if (--held->second == 0) held_.erase(held);
  hand_on();
}

// The slot is the next one's from here on, so that nobody else can take it in between.
void Slots::hand_on() {
  auto may = [this](const Waiting& waiting) { return may_take(waiting.owner); };
  auto next = std::ranges::find_if(waiting_, may);
  if (next == waiting_.end()) return;
  Waiting taken = std::move(*next);
  waiting_.erase(next);
  --free_;
  ++held_[taken.owner];
  taken.done(true);
}

}  // namespace walrus::webhooks
