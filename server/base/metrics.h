// Counters, gauges and histograms in Prometheus' text format 0.0.4.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace walrus {

class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void add(std::int64_t amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Seconds, in buckets from 0.5 ms to 60 s.
class Histogram {
 public:
  static constexpr double kBounds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                       0.25,   0.5,   1,      2.5,   5,    10,    30,   60};
  void observe(double seconds);

 private:
  friend class Metrics;
  std::atomic<std::uint64_t> buckets_[std::size(kBounds) + 1]{};
  std::atomic<std::uint64_t> sum_micros_{0};
};

// Owns every metric. Thread-safe; the references live as long as the registry. `labels` is the
// inside of the braces, `kind="chat",step="finished"`, of a bounded set: never an id.
class Metrics {
 public:
  Counter& counter(std::string_view name, std::string_view help, std::string_view labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, std::string_view labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::string_view labels = {});
  // A gauge read when it is asked for.
  void observe(std::string_view name, std::string_view help, std::function<double()> read,
               std::string_view labels = {});

  std::string render() const;

 private:
  struct Series;
  struct Family;
  Family& family(std::string_view name, std::string_view help, std::string_view type);

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Family>> families_;

 public:
  Metrics();
  ~Metrics();
};

}  // namespace walrus
