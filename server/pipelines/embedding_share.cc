#include "pipelines/embedding_share.h"

#include <algorithm>
#include <utility>

namespace walrus::pipelines {

namespace {

// Well below what a step may show no sign of life: waiting for somebody else's batch is no fault.
constexpr std::chrono::seconds kLongestWait{5};

}  // namespace

// Only ever touched on its home loop.
struct SharedVectors::Waiter {
  Loop& home;
  std::optional<Completion<bool>> done = {};
  TimerId timer = 0;

  void end() {
    if (!done) return;
    home.cancel(timer);
    (*std::exchange(done, std::nullopt))(true);
  }
  static void end_at_home(std::shared_ptr<Waiter> waiter) {
    Loop& home = waiter->home;
    home.post([waiter = std::move(waiter)] { waiter->end(); });
  }
};

Task<SharedVectors::Found> SharedVectors::next(int have, int most, std::stop_token stop) {
  Loop& home = co_await home_loop();
  auto waiter = std::make_shared<Waiter>(home);
  Found found = look_or_wait(have, most, waiter);
  if (found.count > 0 || found.turn) co_return found;
  auto wake = [waiter] { Waiter::end_at_home(waiter); };
  std::stop_callback stopper(stop, wake);
  auto start = [waiter](Completion<bool> done) {
    waiter->done.emplace(std::move(done));
    waiter->timer = waiter->home.after(kLongestWait, [waiter] { waiter->end(); });
  };
  co_await wait_for_callback<bool>(start);
  forget(waiter);
  co_return Found();
}

// Under one lock, so that nothing can come between the look and the wait.
SharedVectors::Found SharedVectors::look_or_wait(int have, int most,
                                                 std::shared_ptr<Waiter> waiter) {
  std::lock_guard lock(mutex_);
  Found found;
  if (have < count_) {
    found.count = std::min(most, count_ - have);
    found.dimensions = dimensions_;
    auto begin = vectors_.begin() + std::ptrdiff_t{have} * dimensions_;
    found.vectors.assign(begin, begin + std::ptrdiff_t{found.count} * dimensions_);
  } else if (!taken_) {
    taken_ = true;
    found.turn = {this, [self = shared_from_this()](void*) { self->end_turn(); }};
  } else {
    waiters_.push_back(std::move(waiter));
  }
  return found;
}

bool SharedVectors::add(int first, int dimensions, std::span<const float> vectors) {
  std::lock_guard lock(mutex_);
  bool fits = dimensions > 0 && first <= count_ && (count_ == 0 || dimensions == dimensions_);
  if (!fits) return false;
  auto size = static_cast<std::size_t>(dimensions);
  int count = static_cast<int>(vectors.size() / size);
  if (first + count <= count_) return true;
  std::span<const float> fresh = vectors.subspan(static_cast<std::size_t>(count_ - first) * size);
  dimensions_ = dimensions;
  vectors_.insert(vectors_.end(), fresh.begin(), fresh.end());
  count_ = first + count;
  wake_all();
  return true;
}

int SharedVectors::count() const {
  std::lock_guard lock(mutex_);
  return count_;
}

int SharedVectors::dimensions() const {
  std::lock_guard lock(mutex_);
  return dimensions_;
}

std::span<const float> SharedVectors::all() const {
  std::lock_guard lock(mutex_);
  return vectors_;
}

void SharedVectors::end_turn() {
  std::lock_guard lock(mutex_);
  taken_ = false;
  wake_all();
}

void SharedVectors::wake_all() {
  for (std::shared_ptr<Waiter>& waiter : std::exchange(waiters_, {})) {
    Waiter::end_at_home(std::move(waiter));
  }
}

void SharedVectors::forget(const std::shared_ptr<Waiter>& waiter) {
  std::lock_guard lock(mutex_);
  std::erase(waiters_, waiter);
}

std::shared_ptr<SharedVectors> EmbeddingShare::join(const std::string& key) {
  std::lock_guard lock(mutex_);
  std::erase_if(shared_, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<SharedVectors>& place = shared_[key];
  std::shared_ptr<SharedVectors> shared = place.lock();
  if (!shared) {
    shared = std::make_shared<SharedVectors>();
    place = shared;
  }
  return shared;
}

}  // namespace walrus::pipelines
