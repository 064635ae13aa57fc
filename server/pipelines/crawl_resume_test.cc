// Invariant 6 of a crawl: it goes on from its last commit, wherever the server was killed; no page
// is lost, and no page is fetched again but those that were under way. Invariant 10: a store that
// fails now and then.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "pipelines/reconcile.h"
#include "testing/server_life.h"

namespace walrus::pipelines {
namespace {

using namespace std::chrono_literals;
using status::Outcome;
using store::PageState;
using testing::Disk;
using testing::Fault;
using testing::ManualClock;
using testing::page_of;
using testing::ScriptedSite;
using testing::ServerLife;

constexpr int kAtOnce = 8;

// Pages of every kind: crawled, copies, near copies, redirects, failures and what is no page.
struct DrawnSite {
  std::map<std::string, std::string> pages;
  std::map<std::string, std::string> redirects;
  std::set<std::string> pictures;

  void play_on(ScriptedSite& site) const {
    for (const auto& [path, html] : pages) site.put_page(path, html);
    for (const auto& [path, target] : redirects) {
      site.put(path, [target]() -> Result<crawl::FetchedPage> {
        return crawl::FetchedPage{.status = 301, .location = target};
      });
    }
    for (const std::string& path : pictures) {
      site.put(path, []() -> Result<crawl::FetchedPage> {
        return crawl::FetchedPage{.status = 200, .content_type = "image/png"};
      });
    }
  }
};

std::string words_about(int number) {
  std::string text;
  for (int i = 0; i < 12; ++i) {
    text += "Sentence " + std::to_string(i) + " says that animal" + std::to_string(number) +
            " eats clams. ";
  }
  return text;
}

// Every page is linked from the one a third of its number, so that all of them are found.
DrawnSite draw_site(std::mt19937& random, int size) {
  auto one_in = [&random](int of) { return std::uniform_int_distribution(1, of)(random) == 1; };
  auto path_of = [](int number) {
    return number == 0 ? std::string("/") : "/p" + std::to_string(number);
  };
  DrawnSite site;
  for (int i = 0; i < size; ++i) {
    std::string path = path_of(i);
    std::vector<std::string> links;
    for (int below = 3 * i + 1; below <= 3 * i + 3 && below < size; ++below) {
      links.push_back(path_of(below));
    }
    links.push_back(path_of(std::uniform_int_distribution(0, size - 1)(random)));
    bool leaf = i > 0 && 3 * i + 1 >= size;
    if (leaf && one_in(6)) {
      site.redirects[path] = path_of(std::uniform_int_distribution(0, size - 1)(random));
    } else if (leaf && one_in(6)) {
      site.pictures.insert(path);
    } else if (!leaf || !one_in(6)) {  // else it is a 404
      site.pages[path] = page_of(words_about(one_in(5) ? 1 : i), links);
    }
  }
  return site;
}

unsigned number_from(const char* name, unsigned otherwise) {
  const char* value = std::getenv(name);
  return value ? static_cast<unsigned>(std::atoi(value)) : otherwise;
}

class CrawlResumeTest : public ::testing::Test {
 protected:
  // Starts over what the last life left.
  void take_up(ServerLife& life) {
    auto open = testing::run(life.loop, disk->tables.open_operations());
    ASSERT_TRUE(testing::run(life.loop, reconcile(life.parts, std::move(*open))));
    life.recover();
  }

  std::vector<store::PageRecord> pages(ServerLife& life, const ServerLife::Accepted& accepted) {
    return testing::run(life.loop, disk->tables.pages(accepted.document_id, 1, {10'000, ""}))
        ->records;
  }

  // What is wrong with a completed crawl, or nothing.
  std::string fault_in(ServerLife& life, const ServerLife::Accepted& accepted) {
    status::State state = life.operation(accepted.operation_id).state;
    if (state.outcome != Outcome::kCompleted) {
      return "it did not complete: " + (state.error ? state.error->message : state.message);
    }
    std::string broken = fault_in_events(life, accepted);
    if (!broken.empty()) return broken;
    store::DocumentRecord document = life.document(accepted.document_id);
    auto chunks = life.chunks(document.id, document.active_version);
    if (chunks.empty() || std::ssize(chunks) != document.chunk_count) return "chunks are missing";
    int windows = 0;
    std::set<std::string> urls;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      if (chunks[i].index != static_cast<int>(i)) return "a hole in the chunks";
      if (chunks[i].first_window > windows) return "a hole in the windows";
      windows = std::max(windows, chunks[i].last_window);
      urls.insert(chunks[i].url);
    }
    auto stored = testing::run(life.loop, disk->tables.window_count(document.id, 1));
    if (*stored != windows) return "vectors are missing";
    int crawled = 0;
    for (const store::PageRecord& page : pages(life, accepted)) {
      if (page.state == PageState::kQueued) return page.url + " is still waiting";
      if (page.state != PageState::kCrawled) continue;
      ++crawled;
      if (!urls.contains(page.url)) return page.url + " has no chunks";
    }
    if (std::ssize(urls) != crawled) return "chunks of pages that were not crawled";
    if (life.find("clams").empty()) return "it is not found";
    return "";
  }

  std::string fault_in_events(ServerLife& life, const ServerLife::Accepted& accepted) {
    std::uint64_t last = 0;
    int percent = 0;
    int attempt = 0;
    std::map<std::string, std::int64_t> counters;
    for (const status::Event& event : life.events(accepted.operation_id)) {
      if (event.sequence != last + 1) return "a hole in the log";
      last = event.sequence;
      if (event.attempt != attempt) {
        percent = 0;
        counters.clear();
      }
      attempt = event.attempt;
      if (event.percent < percent) return "progress falls";
      percent = event.percent;
      for (const auto& [name, value] : event.metadata) {
        if (!value.is_int64() || name == "queue_position") continue;
        std::int64_t& known = counters[std::string(name)];
        if (value.get_int64() < known) return "the counter " + std::string(name) + " falls";
        known = value.get_int64();
      }
    }
    return "";
  }

  // Which pages there are and what became of them, without what depends on who came first.
  std::string result_of(ServerLife& life, const ServerLife::Accepted& accepted) {
    std::map<std::string, std::string> states;
    for (const store::PageRecord& page : pages(life, accepted)) {
      bool taken = page.state == PageState::kCrawled || !page.text_hash.empty();
      states[page.url] = taken ? "taken" : std::string(name_of(page.state)) + " " + page.reason;
    }
    std::string result;
    for (const auto& [url, state] : states)
      result.append(url).append(" ").append(state).append("\n");
    std::multiset<std::string> texts;
    for (const auto& chunk : life.chunks(accepted.document_id, 1)) texts.insert(chunk.text);
    constexpr std::size_t kTelling = 40;  // characters of a text
    for (const std::string& text : texts) result.append(text.substr(0, kTelling)).append("\n");
    return result;
  }

  ManualClock clock;
  std::unique_ptr<Disk> disk = std::make_unique<Disk>(clock);
};

// The store goes away for good after the Nth commit, with or without that commit's effect, and the
// server dies. For every N there is.
TEST_F(CrawlResumeTest, NeverStuckItGoesOnFromEveryCommit) {
  std::mt19937 random(7);
  DrawnSite site = draw_site(random, 9);
  for (Fault last_one : {Fault::kBeforeCommit, Fault::kAfterCommit}) {
    bool all = false;
    for (int nth = 2; !all; ++nth) {  // the first is the accepting one
      SCOPED_TRACE("commit " + std::to_string(nth) + (last_one == Fault::kAfterCommit ? "+" : "-"));
      ASSERT_LT(nth, 200);
      disk = std::make_unique<Disk>(clock);
      ServerLife::Accepted accepted;
      std::multiset<std::string> asked;
      {
        ServerLife life(clock, *disk);
        site.play_on(life.site);
        life.store.fail_commit(nth, last_one);
        for (int later = nth + 1; later < nth + 3000; ++later) {
          life.store.fail_commit(later, Fault::kBeforeCommit);
        }
        accepted = life.crawl({.max_depth = 5});
        all = !life.run_until([&] { return life.store.commits() >= nth + 2; });
        for (const auto& request : life.site.requests) asked.insert(request.path);
        ASSERT_TRUE(life.shut_down());
      }
      ServerLife next(clock, *disk);
      site.play_on(next.site);
      take_up(next);
      ASSERT_TRUE(next.run_to_end(accepted.operation_id));
      ASSERT_EQ(fault_in(next, accepted), "");
      int twice = 0;
      for (const auto& request : next.site.requests) twice += asked.contains(request.path);
      EXPECT_LE(twice, kAtOnce) << "more than was under way";
      ASSERT_TRUE(next.shut_down());
    }
  }
}

// A single fault anywhere: it goes on, or fails with the reason, and a retry completes it.
TEST_F(CrawlResumeTest, AFaultAtEveryCommitIsSurvived) {
  std::mt19937 random(7);
  DrawnSite site = draw_site(random, 9);
  for (Fault fault : {Fault::kBeforeCommit, Fault::kAfterCommit}) {
    bool all = false;
    for (int nth = 2; !all; ++nth) {
      SCOPED_TRACE("commit " + std::to_string(nth));
      ASSERT_LT(nth, 200);
      disk = std::make_unique<Disk>(clock);
      ServerLife life(clock, *disk);
      site.play_on(life.site);
      life.store.fail_commit(nth, fault);
      auto accepted = life.crawl({.max_depth = 5});
      ASSERT_TRUE(life.run_to_end(accepted.operation_id));
      all = life.store.commits() < nth;
      status::State state = life.operation(accepted.operation_id).state;
      if (state.outcome == Outcome::kFailed) {
        EXPECT_EQ(state.error->type, ErrorCode::kStorageUnavailable);
        EXPECT_TRUE(state.error->retryable);
        EXPECT_EQ(life.document(accepted.document_id).content_status, "failed");
        EXPECT_TRUE(life.find("clams").empty());
        EXPECT_TRUE(disk->index->versions()->empty());
        ASSERT_TRUE(life.retry(accepted.operation_id));
        ASSERT_TRUE(life.run_to_end(accepted.operation_id));
      }
      ASSERT_EQ(fault_in(life, accepted), "");
      ASSERT_TRUE(life.shut_down());
    }
  }
}

// Sites of every kind, killed at any moments: what comes of it is what an undisturbed crawl finds.
// WALRUS_SEED=n replays one seed, WALRUS_SEEDS=n draws as many.
TEST_F(CrawlResumeTest, KilledAnywhereItFindsWhatAnUndisturbedOneFinds) {
  unsigned first = number_from("WALRUS_SEED", 1);
  unsigned last = std::getenv("WALRUS_SEED") ? first : number_from("WALRUS_SEEDS", 60);
  for (unsigned seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("WALRUS_SEED=" + std::to_string(seed));
    std::mt19937 random(seed);
    DrawnSite site = draw_site(random, std::uniform_int_distribution(1, 25)(random));
    std::string undisturbed;
    {
      disk = std::make_unique<Disk>(clock);
      ServerLife life(clock, *disk);
      site.play_on(life.site);
      auto accepted = life.crawl({.max_depth = 5});
      ASSERT_TRUE(life.run_to_end(accepted.operation_id));
      ASSERT_EQ(fault_in(life, accepted), "");
      undisturbed = result_of(life, accepted);
      ASSERT_TRUE(life.shut_down());
    }
    disk = std::make_unique<Disk>(clock);
    ServerLife::Accepted accepted;
    bool ended = false;
    for (int life_number = 0; !ended; ++life_number) {
      ServerLife life(clock, *disk);
      site.play_on(life.site);
      bool lives_on = life_number == 2;  // three resumptions without a checkpoint would end it
      int commits = std::uniform_int_distribution(2, 12)(random);
      auto fault = random() % 2 == 0 ? Fault::kBeforeCommit : Fault::kAfterCommit;
      if (!lives_on) life.store.fail_commit(commits, fault);
      for (int later = 1; later < 3000 && !lives_on; ++later) {
        life.store.fail_commit(commits + later, Fault::kBeforeCommit);
      }
      if (life_number == 0) {
        accepted = life.crawl({.max_depth = 5});
      } else {
        take_up(life);
      }
      auto over = [&] {
        bool open = life.operation(accepted.operation_id).state.outcome == Outcome::kProcessing;
        return !open || life.store.commits() >= commits + 2;
      };
      ended = lives_on ? life.run_to_end(accepted.operation_id) : false;
      if (!lives_on) life.run_until(over);
      if (ended) {
        ASSERT_EQ(fault_in(life, accepted), "");
        ASSERT_EQ(result_of(life, accepted), undisturbed);
      }
      ASSERT_TRUE(life.shut_down());
    }
  }
}

// The texts are there, so nobody is asked.
TEST_F(CrawlResumeTest, ANewVersionOfTheSamePagesAsksNobody) {
  std::mt19937 random(3);
  DrawnSite site = draw_site(random, 12);
  ServerLife life(clock, *disk);
  site.play_on(life.site);
  auto accepted = life.crawl({.max_depth = 5});
  ASSERT_TRUE(life.run_to_end(accepted.operation_id));
  ASSERT_EQ(fault_in(life, accepted), "");
  std::size_t asked = life.site.requests.size();
  store::DocumentRecord document = life.document(accepted.document_id);
  document.latest_version = 2;
  document.operation_id = life.hub.new_operation_id(life.loop);
  CrawlInput input{.version = 2, .pages_of = 1, .url = document.url, .max_depth = 5};
  auto queued = queued_crawl(document, input, clock.now());
  store::WriteBatch with;
  with.mutations.push_back(store::PutDocument{document});
  ASSERT_TRUE(testing::run(life.loop, life.jobs.accept(std::move(queued.record),
                                                       std::move(queued.first), std::move(with))));
  ASSERT_TRUE(life.run_to_end(document.operation_id));
  EXPECT_EQ(life.site.requests.size(), asked);
  EXPECT_EQ(life.document(document.id).active_version, 2);
  EXPECT_TRUE(life.chunks(document.id, 1).empty());
  EXPECT_TRUE(pages(life, accepted).empty());
  EXPECT_EQ(std::ssize(life.chunks(document.id, 2)), life.document(document.id).chunk_count);
  EXPECT_FALSE(life.find("clams").empty());
}

}  // namespace
}  // namespace walrus::pipelines
