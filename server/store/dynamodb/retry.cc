#include "store/dynamodb/retry.h"

#include <algorithm>
#include <random>

namespace walrus::store::dynamodb {

namespace {

constexpr std::chrono::milliseconds kFirstPause{25};
constexpr std::chrono::milliseconds kLongestPause{2'000};
constexpr int kMostDoublings = 7;  // 25 ms then is over 2 s

}  // namespace

bool RetryBudget::take() {
  std::lock_guard lock(mutex_);
  if (tokens_ < kPrice) return false;
  tokens_ -= kPrice;
  return true;
}

void RetryBudget::succeeded() {
  std::lock_guard lock(mutex_);
  tokens_ = std::min(tokens_ + 1, kFull);
}

Duration pause_after(int failures, double draw) {
  int doublings = std::clamp(failures - 1, 0, kMostDoublings);
  Duration most = std::min<Duration>(kFirstPause * (1 << doublings), kLongestPause);
  return Duration(static_cast<Duration::rep>(static_cast<double>(most.count()) * draw));
}

Duration pause_after(int failures) {
  thread_local std::mt19937 random{std::random_device{}()};
  return pause_after(failures, std::uniform_real_distribution<double>(0, 1)(random));
}

}  // namespace walrus::store::dynamodb
