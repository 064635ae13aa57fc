// The power goes, and calls fail, at every place there is: nothing acknowledged may be lost.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "store/sqlite/sqlite_store.h"
#include "testing/power_loss_vfs.h"
#include "testing/store_fixture.h"

namespace walrus::testing {
namespace {

using namespace store;
using sqlite::Connection;

constexpr int kEventsOfBatch = 3;

// What became of the batches, by the id of the operation each of them put.
struct Outcomes {
  std::vector<std::string> acknowledged;
  std::vector<std::string> failed;
};

struct Verdict {
  int lost = 0;  // acknowledged, but not there
  int torn = 0;  // there in part
  bool sound = true;
};

// A store on a disk of its own that may lose its power.
class Disk {
 public:
  explicit Disk(std::string synchronous) {
    options_.synchronous = std::move(synchronous);
    options_.vfs = vfs.name();
    options_.probe_interval = std::chrono::hours(1);
  }

  Result<std::unique_ptr<SqliteStore>> open() {
    return SqliteStore::open("walrus.db", clock, log, metrics, options_);
  }

  // Commits batches, `together` at a time, until all are done or the disk is struck.
  Outcomes write(Store& store, int batches, int together) {
    Outcomes outcomes;
    for (int done = 0; done < batches && !vfs.struck(); done += together) {
      TaskGroup group(loop, [](std::exception_ptr thrown) { std::rethrow_exception(thrown); });
      for (int i = 0; i < together; ++i) {
        group.start(put(store, "id-" + std::to_string(next_id_++), clock.now(), outcomes));
      }
      while (group.running() > 0) loop.run_when_posted();
    }
    return outcomes;
  }

  Verdict judge(Store& store, const Outcomes& outcomes) {
    Verdict verdict;
    for (const std::string& id : outcomes.acknowledged) {
      if (parts_of(store, id) != kEventsOfBatch + 1) ++verdict.lost;
    }
    for (const std::string& id : outcomes.failed) {
      int parts = parts_of(store, id);
      if (parts != 0 && parts != kEventsOfBatch + 1) ++verdict.torn;
    }
    verdict.sound = is_sound();
    return verdict;
  }

  bool is_sound() {
    auto connection = Connection::open("walrus.db", vfs.name(), Connection::Access::kRead);
    if (!connection) return false;
    auto check = connection->query("PRAGMA integrity_check");
    if (!check) return false;
    auto row = check->step();
    return row && *row && check->text() == "ok";
  }

  PowerLossVfs vfs{"power-loss"};
  ManualClock clock;
  ManualLoop loop{clock};
  Log log = Log::none();
  Metrics metrics;

 private:
  static Task<void> put(Store& store, std::string id, TimePoint now, Outcomes& outcomes) {
    WriteBatch batch;
    batch.mutations.push_back(PutOperation{operation_record(id, "bob", now)});
    for (int i = 1; i <= kEventsOfBatch; ++i) {
      status::Event event = progress_event(static_cast<std::uint64_t>(i), now);
      batch.mutations.push_back(AppendEvents{id, {std::move(event)}});
    }
    auto committed = co_await store.commit(std::move(batch));
    (committed ? outcomes.acknowledged : outcomes.failed).push_back(id);
  }

  int parts_of(Store& store, const std::string& id) {
    auto operation = run(loop, store.operation("bob", id));
    auto events = run(loop, store.events("bob", id, 0, 100));
    if (!operation || !events) return -1;
    return (*operation ? 1 : 0) + static_cast<int>(events->size());
  }

  sqlite::Options options_;
  int next_id_ = 0;
};

struct Totals {
  int acknowledged = 0;
  int runs_that_lost = 0;
  int runs_torn = 0;
  int runs_unsound = 0;
};

// One crash for each seed, somewhere in the writing or in the closing after it.
Totals crash_again_and_again(int seeds, const std::string& synchronous, bool lying_disk) {
  Totals totals;
  for (int seed = 1; seed <= seeds; ++seed) {
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    Disk disk(synchronous);
    Outcomes outcomes;
    {
      auto store = disk.open();
      if (!store) throw std::runtime_error(store.error().detail);
      if (lying_disk) disk.vfs.lie_about_syncs();
      disk.vfs.lose_power_at(1 + static_cast<std::int64_t>(random() % 400));
      outcomes = disk.write(**store, 30, 1 + static_cast<int>(random() % 4));
    }
    disk.vfs.power_on(random);
    totals.acknowledged += static_cast<int>(outcomes.acknowledged.size());
    auto store = disk.open();
    if (!store) {
      ++totals.runs_unsound;
      continue;
    }
    Verdict verdict = disk.judge(**store, outcomes);
    bool bad = verdict.lost > 0 || verdict.torn > 0 || !verdict.sound;
    if (bad && synchronous == "FULL" && !lying_disk) {
      ADD_FAILURE() << "seed " << seed << ": " << verdict.lost << " lost, " << verdict.torn
                    << " torn, sound " << verdict.sound;
    }
    totals.runs_that_lost += verdict.lost > 0;
    totals.runs_torn += verdict.torn > 0;
    totals.runs_unsound += !verdict.sound;
  }
  return totals;
}

TEST(PowerLoss, LosesNothingThatWasAcknowledged) {
  Totals totals = crash_again_and_again(1000, "FULL", false);
  EXPECT_GT(totals.acknowledged, 5000);
  EXPECT_EQ(totals.runs_that_lost, 0);
  EXPECT_EQ(totals.runs_torn, 0);
  EXPECT_EQ(totals.runs_unsound, 0);
}

// The checker is shown to see what it looks for: these have to lose.
TEST(PowerLoss, LosesWithoutSyncs) {
  Totals totals = crash_again_and_again(60, "OFF", false);
  EXPECT_GT(totals.runs_that_lost + totals.runs_unsound, 20);
}

TEST(PowerLoss, LosesWhereCommitsAreNotSynced) {
  Totals totals = crash_again_and_again(60, "NORMAL", false);
  EXPECT_GT(totals.runs_that_lost, 20);
  EXPECT_EQ(totals.runs_unsound, 0);
}

TEST(PowerLoss, LosesOnADiskThatLies) {
  Totals totals = crash_again_and_again(60, "FULL", true);
  EXPECT_GT(totals.runs_that_lost + totals.runs_unsound, 20);
}

// Fails the first call, then the second, and so on, until a run meets no fault any more.
void fail_every_call(bool persistent) {
  constexpr int kBatches = 12;
  for (std::int64_t nth = 1;; ++nth) {
    SCOPED_TRACE("call " + std::to_string(nth));
    Disk disk("FULL");
    auto store = disk.open();
    ASSERT_TRUE(store);
    disk.vfs.fail_at(nth, persistent);
    Outcomes outcomes = disk.write(**store, kBatches, 2);
    bool struck = disk.vfs.struck();
    disk.vfs.repair();
    Outcomes after = disk.write(**store, 2, 1);
    ASSERT_EQ(after.acknowledged.size(), 2u) << "it has to come back by itself";
    ASSERT_TRUE((*store)->health());
    std::ranges::copy(after.acknowledged, std::back_inserter(outcomes.acknowledged));
    store->reset();
    std::mt19937_64 random(static_cast<std::uint64_t>(nth));
    disk.vfs.power_on(random);
    store = disk.open();
    ASSERT_TRUE(store);
    Verdict verdict = disk.judge(**store, outcomes);
    ASSERT_EQ(verdict.lost, 0);
    ASSERT_EQ(verdict.torn, 0);
    ASSERT_TRUE(verdict.sound);
    if (!struck) return;
    ASSERT_LT(nth, 2000) << "the run never ends without a fault";
  }
}

TEST(DiskErrors, OfOneCallHarmNothingAcknowledged) {
  fail_every_call(false);
}
TEST(DiskErrors, ThatStayHarmNothingAcknowledged) {
  fail_every_call(true);
}

TEST(DiskErrors, WhileOpeningAreToldAndLeaveNoDamage) {
  for (std::int64_t nth = 1;; ++nth) {
    SCOPED_TRACE("call " + std::to_string(nth));
    Disk disk("FULL");
    disk.vfs.fail_at(nth, false);
    auto first = disk.open();
    bool struck = disk.vfs.struck();
    disk.vfs.repair();
    if (!first) EXPECT_EQ(first.error().code, ErrorCode::kStorageUnavailable);
    if (first) first->reset();
    auto second = disk.open();
    ASSERT_TRUE(second) << second.error().detail;
    ASSERT_EQ(disk.write(**second, 1, 1).acknowledged.size(), 1u);
    ASSERT_TRUE(disk.is_sound());
    if (!struck) return;
    ASSERT_LT(nth, 2000);
  }
}

}  // namespace
}  // namespace walrus::testing
