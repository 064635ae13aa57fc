#include "api/document_claims.h"

namespace walrus::api {

DocumentClaims::Claim DocumentClaims::claim_of(const std::string& document_id) {
  return {this, [this, document_id](void*) { give_back(document_id); }};
}

DocumentClaims::Claim DocumentClaims::take(const std::string& document_id) {
  std::lock_guard lock(mutex_);
  if (!taken_.try_emplace(document_id).second) return nullptr;
  return claim_of(document_id);
}

Task<DocumentClaims::Claim> DocumentClaims::take_when_free(std::string document_id,
                                                           Duration at_most) {
  Loop& home = co_await home_loop();
  auto waiter = std::make_shared<Waiter>();
  auto start = [this, &home, document_id, waiter, at_most](Completion<Claim> done) {
    waiter->done.emplace(std::move(done));
    waiter->timer =
        home.after(at_most, [this, document_id, waiter] { give_up(document_id, waiter); });
    wait(document_id, waiter);
  };
  Claim claim = co_await wait_for_callback<Claim>(start);
  home.cancel(waiter->timer);
  co_return claim;
}

void DocumentClaims::wait(const std::string& document_id, std::shared_ptr<Waiter> waiter) {
  std::lock_guard lock(mutex_);
  auto [place, free] = taken_.try_emplace(document_id);
  if (free) {
    (*waiter->done)(claim_of(document_id));
    waiter->done.reset();
  } else {
    place->second.push_back(std::move(waiter));
  }
}

void DocumentClaims::give_up(const std::string& document_id,
                             const std::shared_ptr<Waiter>& waiter) {
  std::lock_guard lock(mutex_);
  if (!waiter->done) return;
  std::erase(taken_.at(document_id), waiter);
  (*waiter->done)(nullptr);
  waiter->done.reset();
}

// Hands it on to who has waited longest.
void DocumentClaims::give_back(const std::string& document_id) {
  std::lock_guard lock(mutex_);
  Waiters& waiters = taken_.at(document_id);
  if (waiters.empty()) {
    taken_.erase(document_id);
    return;
  }
  std::shared_ptr<Waiter> next = std::move(waiters.front());
  waiters.pop_front();
  (*next->done)(claim_of(document_id));
  next->done.reset();
}

}  // namespace walrus::api
