// How many connections there are, over all loops. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/metrics.h"

namespace walrus::http {

class ConnectionCounts {
 public:
  explicit ConnectionCounts(Gauge& gauge) : gauge_(gauge) {}

  // Counts a connection for as long as it lives.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept
        : counts_(std::exchange(other.counts_, nullptr)), address_(std::move(other.address_)) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(counts_, other.counts_);
      std::swap(address_, other.address_);
      return *this;
    }
    ~Ticket() {
      if (counts_) counts_->leave(address_);
    }
    const std::string& address() const { return address_; }

   private:
    friend class ConnectionCounts;
    Ticket(ConnectionCounts* counts, std::string address)
        : counts_(counts), address_(std::move(address)) {}
    ConnectionCounts* counts_ = nullptr;
    std::string address_;
  };

  struct Entry {
    Ticket ticket;
    std::size_t total;  // this one included
    std::size_t from_address;
  };
  Entry enter(const std::string& address) {
    std::lock_guard lock(mutex_);
    gauge_.add(1);
    return {Ticket(this, address), ++total_, ++from_address_[address]};
  }

 private:
  void leave(const std::string& address) {
    std::lock_guard lock(mutex_);
    gauge_.add(-1);
    --total_;
    auto entry = from_address_.find(address);
    if (--entry->second == 0) from_address_.erase(entry);
  }

  Gauge& gauge_;
  std::mutex mutex_;
  std::size_t total_ = 0;
  std::unordered_map<std::string, std::size_t> from_address_;
};

}  // namespace walrus::http
