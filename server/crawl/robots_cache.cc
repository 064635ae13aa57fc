#include "crawl/robots_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "crawl/canonical.h"

namespace walrus::crawl {

namespace {

using Kind = RobotsAnswer::Kind;

constexpr int kMostRedirects = 5;
// What an entry costs beside its text.
constexpr std::size_t kEntryBytes = 1024;

std::unexpected<Error> cancelled() {
  return fail(ErrorCode::kCancelled, "The request was cancelled.");
}

RobotsAnswer all_is_allowed(std::string why) {
  return {.kind = Kind::kAllowAll, .why = std::move(why)};
}

RobotsAnswer nothing_is_allowed(std::string why) {
  return {.kind = Kind::kDisallowAll, .why = std::move(why)};
}

RobotsAnswer no_answer(const Error& error) {
  RobotsAnswer answer =
      nothing_is_allowed("robots.txt could not be read, so nothing is allowed. " + error.message);
  answer.unreachable = true;
  return answer;
}

net::Url robots_url(const net::Url& root) {
  return net::Url::parse("/robots.txt", &root).value();
}

// Nothing where it leads to what no crawl takes.
std::optional<net::Url> redirect_of(const FetchedPage& page, const net::Url& url) {
  if (!page.location) return std::nullopt;
  Result<net::Url> target = net::Url::parse(*page.location, &url);
  if (!target || !is_crawlable(*target)) return std::nullopt;
  return std::move(*target);
}

// A redirect to where nobody may go is the website's fault, and not the caller's.
bool ends_in_error(const Error& error, int redirects) {
  return error.code == ErrorCode::kCancelled ||
         (error.code == ErrorCode::kForbiddenAddress && redirects == 0);
}

bool is_trouble(int status) {
  return status >= 500 || status == 429;
}

}  // namespace

struct RobotsCache::Asking {
  std::string origin;
  Loop& home;
  std::optional<Completion<Turn>> done = {};  // while it waits
  bool stopped = false;

  void end(Turn turn) { std::exchange(done, std::nullopt).value()(std::move(turn)); }
};

RobotsCache::RobotsCache(Fetcher& fetcher, Politeness& politeness, std::string agent,
                         Options options)
    : fetcher_(fetcher), politeness_(politeness), agent_(std::move(agent)), options_(options) {}

Task<Result<RobotsAnswer>> RobotsCache::of(net::Url root, std::stop_token stop) {
  Loop& home = co_await home_loop();
  std::string origin = root.origin();
  Turn turn = co_await ask(origin, stop);
  if (!turn) {
    Result<Fetched> fetched = co_await fetch(std::move(root), stop);
    finish(origin, fetched, home.clock().monotonic());
    turn = answer_of(fetched);
  }
  if (*turn) apply_crawl_delay(origin, **turn);
  co_return std::move(*turn);
}

Task<RobotsCache::Turn> RobotsCache::ask(std::string origin, std::stop_token stop) {
  Loop& home = co_await home_loop();
  auto asking = std::make_shared<Asking>(std::move(origin), home);
  auto leave_line = [this, asking] { leave(asking); };
  std::stop_callback stopper(stop, leave_line);
  auto start = [this, asking](Completion<Turn> done) { take(asking, std::move(done)); };
  co_return co_await wait_for_callback<Turn>(start);
}

void RobotsCache::take(const AskingPtr& asking, Completion<Turn> done) {
  std::lock_guard lock(mutex_);
  asking->done.emplace(std::move(done));
  if (asking->stopped) {
    asking->end(cancelled());
    return;
  }
  if (auto answer = kept_answer(asking->origin, asking->home.clock().monotonic())) {
    asking->end(std::move(*answer));
    return;
  }
  auto [under_way, is_first] = under_way_.try_emplace(asking->origin);
  if (is_first) {
    asking->end(std::nullopt);
  } else {
    under_way->second.push_back(asking);
  }
}

void RobotsCache::leave(const AskingPtr& asking) {
  std::lock_guard lock(mutex_);
  asking->stopped = true;
  if (!asking->done) return;
  std::erase(under_way_.at(asking->origin), asking);
  asking->end(cancelled());
}

std::optional<RobotsAnswer> RobotsCache::kept_answer(const std::string& origin, Duration now) {
  auto found = by_origin_.find(origin);
  if (found == by_origin_.end()) return std::nullopt;
  if (found->second->until > now) return found->second->answer;
  forget(found->second);
  return std::nullopt;
}

Task<Result<RobotsCache::Fetched>> RobotsCache::fetch(net::Url root, std::stop_token stop) {
  net::Url url = robots_url(root);
  for (int redirects = 0;; ++redirects) {
    Result<FetchedPage> page = co_await request(url, stop);
    if (!page && ends_in_error(page.error(), redirects)) {
      co_return std::unexpected(std::move(page.error()));
    }
    if (!page) co_return Fetched{no_answer(page.error())};
    std::optional<net::Url> target = redirect_of(*page, url);
    if (!target) co_return read(*page);
    if (redirects == kMostRedirects) {
      co_return Fetched{
          all_is_allowed("robots.txt is behind too many redirects, so everything is allowed.")};
    }
    url = std::move(*target);
  }
}

Task<Result<FetchedPage>> RobotsCache::request(net::Url url, std::stop_token stop) {
  Loop& home = co_await home_loop();
  Result<Politeness::Ticket> ticket = co_await politeness_.enter(url.origin(), stop);
  if (!ticket) co_return std::unexpected(std::move(ticket.error()));
  Duration began = home.clock().monotonic();
  // One byte more, so that the reader sees that there is more, and drops the line that is cut.
  Result<FetchedPage> page =
      co_await fetcher_.fetch_beginning(std::move(url), Robots::kMostBytes + 1, stop);
  if (!page && page.error().code != ErrorCode::kFetchFailed) co_return page;
  Politeness::Outcome outcome{.latency = home.clock().monotonic() - began, .failed = !page};
  if (page) {
    outcome.status = page->status;
    outcome.retry_after = page->retry_after;
  }
  politeness_.done(std::move(*ticket), outcome);
  co_return page;
}

RobotsCache::Fetched RobotsCache::read(const FetchedPage& page) const {
  if (is_trouble(page.status)) {
    return {nothing_is_allowed(
        fmt::format("robots.txt was answered with {}, so nothing is allowed.", page.status))};
  }
  if (page.status < 200 || page.status > 299) {
    return {all_is_allowed(
        fmt::format("robots.txt was answered with {}, so everything is allowed.", page.status))};
  }
  RobotsAnswer answer{.kind = Kind::kRules, .why = "The rules are those of robots.txt."};
  answer.robots = std::make_shared<const Robots>(Robots::parse(page.body, agent_));
  return {std::move(answer), page.body.size()};
}

Result<RobotsAnswer> RobotsCache::answer_of(const Result<Fetched>& fetched) {
  if (!fetched) return std::unexpected(fetched.error());
  return fetched->answer;
}

// A cancelled fetch says nothing, and the next one who waits makes another.
void RobotsCache::finish(const std::string& origin, const Result<Fetched>& fetched, Duration now) {
  std::lock_guard lock(mutex_);
  auto under_way = under_way_.find(origin);
  Waiting& waiting = under_way->second;
  if (!fetched && fetched.error().code == ErrorCode::kCancelled && !waiting.empty()) {
    waiting.front()->end(std::nullopt);
    waiting.erase(waiting.begin());
    return;
  }
  for (const AskingPtr& asking : waiting) asking->end(answer_of(fetched));
  under_way_.erase(under_way);
  if (fetched) keep(origin, *fetched, now);
}

void RobotsCache::keep(const std::string& origin, const Fetched& fetched, Duration now) {
  bool trouble = fetched.answer.kind == Kind::kDisallowAll;
  Duration until = now + (trouble ? options_.trouble_kept : options_.kept);
  std::size_t bytes = fetched.bytes + kEntryBytes;
  kept_.push_back({origin, fetched.answer, bytes, until});
  by_origin_.insert_or_assign(origin, std::prev(kept_.end()));
  kept_bytes_ += bytes;
  while (kept_bytes_ > options_.most_bytes) forget(kept_.begin());
}

void RobotsCache::forget(std::list<Kept>::iterator kept) {
  kept_bytes_ -= kept->bytes;
  by_origin_.erase(kept->origin);
  kept_.erase(kept);
}

void RobotsCache::apply_crawl_delay(const std::string& origin, const RobotsAnswer& answer) {
  Duration delay{0};
  if (answer.robots) delay = answer.robots->crawl_delay().value_or(std::chrono::milliseconds(0));
  politeness_.set_crawl_delay(origin, delay);
}

}  // namespace walrus::crawl
