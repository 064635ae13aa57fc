// Counted work, and the percentage it stands for.
#pragma once

#include <atomic>
#include <cstdint>

#include "status/plan.h"

namespace walrus::status {

// Work counted by whoever does it, on any thread; read by the tracker on its own. Anything counted
// is a sign of life.
class WorkCounter {
 public:
  void set(std::uint64_t done, std::uint64_t total) {
    total_.store(total, std::memory_order_relaxed);
    done_.store(done, std::memory_order_relaxed);
    changes_.fetch_add(1, std::memory_order_release);
  }
  // Life without progress: a batch came back, a child answered.
  void touch() { changes_.fetch_add(1, std::memory_order_release); }

  std::uint64_t changes() const { return changes_.load(std::memory_order_acquire); }
  std::uint64_t done() const { return done_.load(std::memory_order_relaxed); }
  std::uint64_t total() const { return total_.load(std::memory_order_relaxed); }  // 0: unknown

 private:
  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::uint64_t> total_{0};
  std::atomic<std::uint64_t> changes_{0};
};

// The percentage of `done` of `total` inside a step: from the step's own towards the next one's,
// or 100 of the last one, which it never reaches. kNoPercent where the plan has none.
int percent_within(Plan plan, Step step, std::uint64_t done, std::uint64_t total);
inline int percent_within(Kind kind, Step step, std::uint64_t done, std::uint64_t total) {
  return percent_within(plan_of(kind), step, done, total);
}

}  // namespace walrus::status
