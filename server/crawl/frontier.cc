#include "crawl/frontier.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "crawl/traps.h"

namespace walrus::crawl {

namespace {

bool may_be_endless(std::string_view shape) {
  return shape.contains('?') || std::ranges::count(shape, '#') > 1;
}

}  // namespace

Frontier::Frontier(net::Url root, Filter filter, FrontierLimits limits, Tracking tracking)
    : scope_(root), filter_(std::move(filter)), limits_(limits), tracking_(tracking) {}

void Frontier::restore(const KnownPage& page, bool waits, bool was_requested) {
  auto parsed = net::Url::parse(page.url);
  if (!parsed) return;
  keys_.insert(std::hash<std::string>()(page_key(*parsed, tracking_)));
  std::string shape = page_shape(*parsed);
  if (may_be_endless(shape)) ++shapes_[shape];
  next_number_ = std::max(next_number_, page.number + 1);
  if (was_requested) ++requested_;
  if (waits) wait(page);
}

std::optional<KnownPage> Frontier::offer(const net::Url& url, int depth) {
  if (!url.is_web()) return std::nullopt;
  if (!keys_.insert(std::hash<std::string>()(page_key(url, tracking_))).second) return std::nullopt;
  if (next_number_ >= limits_.most_known) {
    ++forgotten_;
    return std::nullopt;
  }
  KnownPage page{next_number_++, page_key(url, Tracking::kKept), depth, reason_to_skip(url, depth)};
  if (page.skipped.empty()) wait(page);
  return page;
}

// Only what may be followed counts as one of its shape.
std::string Frontier::reason_to_skip(const net::Url& url, int depth) {
  if (!is_crawlable(url)) return "its URL is too long or names a user";
  if (!scope_.contains(url)) return "off-prefix";
  if (!filter_.allows(url)) return "left out by include or exclude";
  if (depth > limits_.max_depth) return "depth";
  if (std::string extension = textless_extension(url); !extension.empty())
    return "type: " + extension;
  if (auto trap = find_trap(url)) return fmt::format("trap: {}", words_of(*trap));
  std::string shape = page_shape(url);
  if (may_be_endless(shape) && ++shapes_[shape] > limits_.most_of_shape) {
    return fmt::format("trap: over {} pages of one kind", limits_.most_of_shape);
  }
  return {};
}

void Frontier::wait(KnownPage page) {
  waiting_[page.depth].push_back(std::move(page));
  ++waiting_count_;
}

void Frontier::again(KnownPage page) {
  --requested_;
  waiting_[page.depth].push_front(std::move(page));
  ++waiting_count_;
}

std::optional<KnownPage> Frontier::next() {
  if (waiting_count_ == 0 || is_full()) return std::nullopt;
  auto level = waiting_.begin();
  KnownPage page = std::move(level->second.front());
  level->second.pop_front();
  if (level->second.empty()) waiting_.erase(level);
  --waiting_count_;
  ++requested_;
  return page;
}

int Frontier::total() const {
  auto known = static_cast<std::size_t>(requested_) + waiting_count_;
  return static_cast<int>(std::min(known, static_cast<std::size_t>(limits_.max_pages))) +
         taken_back_;
}

std::vector<KnownPage> Frontier::drain(const std::string& reason) {
  std::vector<KnownPage> left;
  for (auto& [depth, pages] : waiting_) {
    for (KnownPage& page : pages) {
      page.skipped = reason;
      left.push_back(std::move(page));
    }
  }
  waiting_.clear();
  waiting_count_ = 0;
  return left;
}

}  // namespace walrus::crawl
