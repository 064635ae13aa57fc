// The newest status of each operation and document, encoded: what GET answers without the store.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace walrus::live {

struct LatestStatus {
  std::string owner;
  std::uint64_t sequence;
  bool ended;
  std::string body;  // JSON
};

// A bounded cache. Thread-safe; a lookup takes one short lock of one of many stripes.
class Latest {
 public:
  explicit Latest(std::size_t capacity = 100'000);

  std::shared_ptr<const LatestStatus> find(const std::string& id) const;
  // What was published: replaces anything older. Under a sequence stands one status for ever.
  void publish(const std::string& id, std::shared_ptr<const LatestStatus> status);

  // Filling from the store: take a ticket before reading, give it with what was read. Nothing is
  // filled in where something was published or erased in between.
  std::uint64_t ticket(const std::string& id) const;
  void fill(const std::string& id, std::uint64_t ticket,
            std::shared_ptr<const LatestStatus> status);

  void erase(const std::string& id);

 private:
  struct Stripe {
    mutable std::mutex mutex;
    std::uint64_t changes = 0;
    std::unordered_map<std::string, std::shared_ptr<const LatestStatus>> entries;
  };
  static constexpr std::size_t kStripes = 16;
  Stripe& stripe(const std::string& id) const;
  void add(Stripe& home, const std::string& id, std::shared_ptr<const LatestStatus> status);

  std::size_t stripe_capacity_;
  mutable std::array<Stripe, kStripes> stripes_;
};

}  // namespace walrus::live
