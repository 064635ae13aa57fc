#include "base/claims.h"

namespace walrus {

Claims::Claim Claims::claim_of(const ClaimedThing& thing) {
  return {this, [this, thing](void*) { give_back(thing); }};
}

Claims::Claim Claims::take(const ClaimedThing& thing) {
  std::lock_guard lock(mutex_);
  if (!taken_.try_emplace(thing).second) return nullptr;
  return claim_of(thing);
}

Task<Claims::Claim> Claims::take_when_free(ClaimedThing thing, Duration at_most) {
  Loop& home = co_await home_loop();
  auto waiter = std::make_shared<Waiter>();
  auto start = [this, &home, thing, waiter, at_most](Completion<Claim> done) {
    waiter->done.emplace(std::move(done));
    waiter->timer = home.after(at_most, [this, thing, waiter] { give_up(thing, waiter); });
    wait(thing, waiter);
  };
  Claim claim = co_await wait_for_callback<Claim>(start);
  home.cancel(waiter->timer);
  co_return claim;
}

void Claims::wait(const ClaimedThing& thing, std::shared_ptr<Waiter> waiter) {
  std::lock_guard lock(mutex_);
  auto [place, free] = taken_.try_emplace(thing);
  if (free) {
    (*waiter->done)(claim_of(thing));
    waiter->done.reset();
  } else {
    place->second.push_back(std::move(waiter));
  }
}

void Claims::give_up(const ClaimedThing& thing, const std::shared_ptr<Waiter>& waiter) {
  std::lock_guard lock(mutex_);
  if (!waiter->done) return;
  std::erase(taken_.at(thing), waiter);
  (*waiter->done)(nullptr);
  waiter->done.reset();
}

// Hands it on to who has waited longest.
void Claims::give_back(const ClaimedThing& thing) {
  std::lock_guard lock(mutex_);
  Waiters& waiters = taken_.at(thing);
  if (waiters.empty()) {
    taken_.erase(thing);
    return;
  }
  std::shared_ptr<Waiter> next = std::move(waiters.front());
  waiters.pop_front();
  (*next->done)(claim_of(thing));
  next->done.reset();
}

}  // namespace walrus
