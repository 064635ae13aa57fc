#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace walrus {

void Histogram::observe(double seconds) {
  auto bucket = std::ranges::lower_bound(kBounds, seconds) - std::begin(kBounds);
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_micros_.fetch_add(static_cast<std::uint64_t>(seconds * 1e6), std::memory_order_relaxed);
}

struct Metrics::Series {
  std::string labels;
  std::unique_ptr<Counter> counter;
  std::unique_ptr<Gauge> gauge;
  std::unique_ptr<Histogram> histogram;
  std::function<double()> read;
};

struct Metrics::Family {
  std::string name;
  std::string help;
  std::string type;
  std::vector<std::unique_ptr<Series>> series;

  Series& with_labels(std::string_view labels) {
    auto found = std::ranges::find(series, labels, [](auto& s) { return s->labels; });
    if (found != series.end()) return **found;
    series.push_back(std::make_unique<Series>());
    series.back()->labels = labels;
    return *series.back();
  }
};

Metrics::Metrics() = default;
Metrics::~Metrics() = default;

Metrics::Family& Metrics::family(std::string_view name, std::string_view help,
                                 std::string_view type) {
  auto found = std::ranges::find(families_, name, [](auto& f) { return f->name; });
  if (found != families_.end()) return **found;
  families_.push_back(
      std::make_unique<Family>(std::string(name), std::string(help), std::string(type)));
  return *families_.back();
}

Counter& Metrics::counter(std::string_view name, std::string_view help, std::string_view labels) {
  std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "counter").with_labels(labels).counter;
  if (!slot) slot = std::make_unique<Counter>();
  return *slot;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, std::string_view labels) {
  std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "gauge").with_labels(labels).gauge;
  if (!slot) slot = std::make_unique<Gauge>();
  return *slot;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help,
                              std::string_view labels) {
  std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "histogram").with_labels(labels).histogram;
  if (!slot) slot = std::make_unique<Histogram>();
  return *slot;
}

void Metrics::observe(std::string_view name, std::string_view help, std::function<double()> read,
                      std::string_view labels) {
  std::lock_guard lock(mutex_);
  family(name, help, "gauge").with_labels(labels).read = std::move(read);
}

namespace {

std::string braced(std::string_view labels, std::string_view extra = {}) {
  std::string joined(labels);
  if (!labels.empty() && !extra.empty()) joined += ',';
  joined += extra;
  return joined.empty() ? joined : "{" + joined + "}";
}

}  // namespace

std::string Metrics::render() const {
  std::lock_guard lock(mutex_);
  std::string out;
  for (auto& family : families_) {
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family->name, family->help, family->name,
                       family->type);
    for (auto& series : family->series) {
      if (series->counter) {
        out += fmt::format("{}{} {}\n", family->name, braced(series->labels),
                           series->counter->value());
      } else if (series->gauge) {
        out +=
            fmt::format("{}{} {}\n", family->name, braced(series->labels), series->gauge->value());
      } else if (series->read) {
        out += fmt::format("{}{} {}\n", family->name, braced(series->labels), series->read());
      } else {
        std::uint64_t total = 0;
        for (std::size_t i = 0; i <= std::size(Histogram::kBounds); ++i) {
          total += series->histogram->buckets_[i].load(std::memory_order_relaxed);
          bool last = i == std::size(Histogram::kBounds);
          std::string bound =
              last ? "le=\"+Inf\"" : fmt::format("le=\"{}\"", Histogram::kBounds[i]);
          out +=
              fmt::format("{}_bucket{} {}\n", family->name, braced(series->labels, bound), total);
        }
        double sum =
            static_cast<double>(series->histogram->sum_micros_.load(std::memory_order_relaxed)) /
            1e6;
        out += fmt::format("{}_sum{} {}\n{}_count{} {}\n", family->name, braced(series->labels),
                           sum, family->name, braced(series->labels), total);
      }
    }
  }
  return out;
}

}  // namespace walrus
