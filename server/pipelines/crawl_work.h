// What one run of a crawl has made so far. For the pipeline's own files alone.
#pragma once

#include <deque>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "base/task_group.h"
#include "crawl/fingerprint.h"
#include "pipelines/crawl.h"

namespace walrus::pipelines {

// Belongs to one loop: whoever waits goes on at the next ring, and looks again.
class Bell {
 public:
  // The awaiting task ends before the bell goes.
  Task<void> next_ring() {
    auto wait = [this](Completion<bool> done) { waiting_.push_back(std::move(done)); };
    co_await wait_for_callback<bool>(wait);
  }
  void ring() {
    for (Completion<bool>& done : std::exchange(waiting_, {})) done(true);
  }

 private:
  std::vector<Completion<bool>> waiting_;
};

// How a page came to be asked for.
struct Redirected {
  int times = 0;           // one after the other
  bool from_root = false;  // the page that the crawl began at
};

// Also where its text is another page's: its content was taken.
bool is_crawled(const store::PageRecord& page);

// Everything but what is read on workers happens on the home loop.
struct CrawlPipeline::Work {
  jobs::Job job;
  status::Tracker& tracker;
  std::string operation_id;
  std::string owner;
  std::string document_id;
  CrawlInput input;
  net::Url root;
  TimePoint began;

  crawl::Frontier frontier;
  std::unique_ptr<SiteReader> reader;
  crawl::RobotsAnswer robots = {};
  std::shared_ptr<status::WorkCounter> counter = {};  // of the step that is shown
  int under_way = 0;                                  // pages that are asked for or read
  int waiting_outside = 0;  // for a site, within limits of that wait's own
  bool fetched = false;     // nothing more is asked for
  int unanswered = 0;       // pages in a row that the site refused, or gave no answer for
  Duration answered_at{0};  // when it last did; on the home loop's monotonic clock
  bool given_up = false;    // it is asked for nothing more
  std::optional<Error> root_error = {};  // why the root gave nothing
  std::string title = {};                // of the first page that has one: the root's, mostly
  int title_of = std::numeric_limits<int>::max();  // that page's number
  // Of pages that others redirect to, by their numbers. What is under way at a crash begins anew.
  std::unordered_map<int, Redirected> redirected = {};

  int total = 0;  // pages known so far; also those of an earlier run that were told of and not kept
  std::unordered_set<int> settled =
      {};  // numbers of pages whose end is in the store, or on its way
  int crawled = 0;
  int failed = 0;
  int skipped = 0;
  std::unordered_map<std::string, std::string> urls_by_hash = {};  // of texts
  crawl::NearTexts near = {};
  std::unordered_set<std::string> crawled_urls = {};
  std::unordered_map<int, std::string_view> urls_by_number = {};  // into crawled_urls

  std::deque<store::PageRecord> to_chunk = {};
  bool chunked = false;  // nothing more is cut
  int chunked_pages = 0;
  int chunks = 0;
  int windows = 0;  // cut
  std::int64_t tokens = 0;
  std::unordered_map<std::string, int> languages = {};

  std::deque<std::string> to_embed = {};  // windows, from `embedded` on
  int embedding = 0;                      // windows on their way
  int embedded = 0;                       // windows in the store
  int dimensions = 0;                     // of those; 0 while there are none
  std::string embedder;                   // whose they are; "" where they are of no use
  bool in_index = false;

  // Ends everything that runs side by side; after the job's own stop, or the first error.
  std::stop_source stop = {};
  std::optional<Error> error = {};
  std::shared_ptr<Bell> bell = std::make_shared<Bell>();
  TaskGroup tasks;

  // Of a page that is new.
  store::PageRecord record_of(const crawl::KnownPage& page) const;
  // One of an earlier run.
  void take_up(store::PageRecord page);
  void count(const store::PageRecord& page);
  // A crawled one, for those with the same text that come later.
  void remember(const store::PageRecord& page);
  std::string language() const;
  // Of a page that was asked for as often as it may be.
  void note_answer(bool answered, Duration now);
  // The page that the crawl began at, wherever it has moved.
  bool is_root(int number) const;
  // A page whose chunks are in the store.
  void count_cut(const store::PageRecord& page);

  // Where all of it stands, with the next event.
  void show();

  bool stopped() const { return stop.stop_requested(); }
  void fail(Error why) {
    if (!error) error = std::move(why);
    stop.request_stop();
    bell->ring();
  }
  // Of an operation's checkpoint.
  store::SetCheckpoint checkpoint() const {
    return {operation_id, {{"step", "crawling"}, {"embedder", embedder}}};
  }
};

}  // namespace walrus::pipelines
