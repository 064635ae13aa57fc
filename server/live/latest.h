// The newest statuses that somebody asks for, encoded: what GET answers without the store.
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
  std::string operation_id;  // also where it was found under its document's id
  std::uint64_t sequence;
  std::string body;  // JSON
};

// A bounded cache. Readers fill it, publishers keep it new: what nobody asks for is never encoded.
// Thread-safe; a lookup takes one short lock of one of many stripes.
class Latest {
 public:
  explicit Latest(std::size_t capacity = 100'000);

  std::shared_ptr<const LatestStatus> find(const std::string& id) const;
  // Publishing: say first that the status has changed; where that is true, somebody has asked for
  // it before and gets the new one. It replaces anything older. Under a sequence stands one status
  // for ever.
  bool changed(const std::string& id);
  void publish(const std::string& id, std::shared_ptr<const LatestStatus> status);

  // Filling from the store: take a ticket before reading, give it with what was read. Nothing is
  // filled in where something changed or was erased in between.
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

  std::size_t stripe_capacity_;
  mutable std::array<Stripe, kStripes> stripes_;
};

}  // namespace walrus::live
