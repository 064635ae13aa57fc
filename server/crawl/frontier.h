// What a crawl knows of a site, and what it asks for next. In memory: whoever keeps it, keeps the
// pages that it names.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "crawl/canonical.h"
#include "net/url.h"

namespace walrus::crawl {

struct FrontierLimits {
  int max_depth = 2;   // 1 is the root alone
  int max_pages = 50;  // URLs whose content is asked for
  // URLs that are remembered, those that are not followed included; of what comes beyond nothing
  // is known but its count.
  int most_known = 10'000;
  // Of one template (page_shape) that has parameters or several numbers, as a calendar's: what
  // comes beyond is a trap.
  int most_of_shape = 500;
};

// A URL that is new.
struct KnownPage {
  int number;  // in the order of discovery; the root's is 0
  std::string url;
  int depth;
  std::string skipped;  // why it is not followed; empty: it waits
};

// Belongs to one thread. Breadth first: what is asked for next has the lowest depth, and of those
// was found first.
class Frontier {
 public:
  Frontier(net::Url root, Filter filter, FrontierLimits limits, Tracking tracking);

  // --- What an earlier run knew, before anything else. Numbers may be missing between those of its
  // pages, where it knew more than it kept.
  // Not the root of a crawl that has begun nowhere yet: that is offered.
  void restore(const KnownPage& page, bool waits, bool was_requested);

  // --- Discovery.
  // Nothing for what is known already, is no page (mailto:), or is beyond what is remembered.
  std::optional<KnownPage> offer(const net::Url& url, int depth);
  std::int64_t forgotten() const { return forgotten_; }  // beyond what is remembered

  // --- Asking. What it gives counts towards max_pages until it is taken back.
  std::optional<KnownPage> next();
  // The request turned out to be none of a page's content: a redirect, or forbidden before it was
  // made.
  void take_back() {
    --requested_;
    ++taken_back_;
  }
  // It waits again: it was given and is to be asked for once more.
  void again(KnownPage page);

  bool is_full() const { return requested_ >= limits_.max_pages; }
  std::size_t waiting() const { return waiting_count_; }
  int requested() const { return requested_; }
  // URLs that were asked for, or may be: what there is to do as far as is known. Never falls.
  int total() const;
  // What is left, with the reason: called once nothing more is asked for.
  std::vector<KnownPage> drain(const std::string& reason);

 private:
  std::string reason_to_skip(const net::Url& url, int depth);
  void wait(KnownPage page);

  Scope scope_;
  Filter filter_;
  FrontierLimits limits_;
  Tracking tracking_;
  std::unordered_set<std::uint64_t> keys_;  // hashes of page_key
  std::unordered_map<std::string, int> shapes_;
  std::map<int, std::deque<KnownPage>> waiting_;  // by depth
  std::size_t waiting_count_ = 0;
  int next_number_ = 0;
  int requested_ = 0;
  int taken_back_ = 0;
  std::int64_t forgotten_ = 0;
};

}  // namespace walrus::crawl
