#include "live/latest.h"

namespace walrus::live {

Latest::Latest(std::size_t capacity) : stripe_capacity_(capacity / kStripes + 1) {}

Latest::Stripe& Latest::stripe(const std::string& id) const {
  return stripes_[std::hash<std::string>()(id) % kStripes];
}

std::shared_ptr<const LatestStatus> Latest::find(const std::string& id) const {
  Stripe& home = stripe(id);
  std::lock_guard lock(home.mutex);
  auto found = home.entries.find(id);
  return found == home.entries.end() ? nullptr : found->second;
}

bool Latest::changed(const std::string& id) {
  Stripe& home = stripe(id);
  std::lock_guard lock(home.mutex);
  ++home.changes;
  return home.entries.contains(id);
}

void Latest::publish(const std::string& id, std::shared_ptr<const LatestStatus> status) {
  Stripe& home = stripe(id);
  std::lock_guard lock(home.mutex);
  auto found = home.entries.find(id);
  if (found == home.entries.end()) return;
  if (found->second->sequence < status->sequence) found->second = std::move(status);
}

std::uint64_t Latest::ticket(const std::string& id) const {
  Stripe& home = stripe(id);
  std::lock_guard lock(home.mutex);
  return home.changes;
}

void Latest::fill(const std::string& id, std::uint64_t ticket,
                  std::shared_ptr<const LatestStatus> status) {
  Stripe& home = stripe(id);
  std::lock_guard lock(home.mutex);
  if (home.changes != ticket || home.entries.contains(id)) return;
  // Any entry may go: what is missing is read again.
  if (home.entries.size() >= stripe_capacity_) home.entries.erase(home.entries.begin());
  home.entries.emplace(id, std::move(status));
}

void Latest::erase(const std::string& id) {
  Stripe& home = stripe(id);
  std::lock_guard lock(home.mutex);
  ++home.changes;
  home.entries.erase(id);
}

}  // namespace walrus::live
