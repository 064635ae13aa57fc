// Random workers, faults, cancels and restarts against everything that is promised of an operation.
#include <random>

#include "jobs/external_life_for_test.h"
#include "testing/store_fixture.h"

namespace walrus::jobs {
namespace {

using namespace std::chrono_literals;
using status::Event;
using status::EventType;
using status::Outcome;
using status::Report;

// What breaks the rules of a log; empty: nothing does.
std::string fault_of(const std::vector<Event>& events, status::Plan plan) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Event& event = events[i];
    if (event.sequence != i + 1) return "a gap or a repeat in the sequences";
    bool ended = event.outcome != Outcome::kProcessing;
    if (ended && i + 1 != events.size()) return "something after the end";
    if (event.eta_seconds && (ended || *event.eta_seconds < 0)) return "time left at the end";
    if (event.type != EventType::kStatus) continue;
    if ((event.percent == 100) != (event.outcome == Outcome::kCompleted)) return "100 too early";
    for (std::size_t before = 0; before < i; ++before) {
      if (events[before].type != EventType::kStatus) continue;
      if (events[before].percent > event.percent) return "progress falls";
      if (position_of(plan, events[before].step) > position_of(plan, event.step))
        return "a step back";
    }
  }
  return "";
}

class Schedule {
 public:
  explicit Schedule(unsigned seed) : random_(seed) { life_->recover(); }
  ~Schedule() { life_->shut_down(); }

  void play() {
    auto opened = life_->open(30s);
    ASSERT_TRUE(opened);
    id_ = *opened;
    ears_ = life_->listen(id_);
    for (int i = 0; i < 60; ++i) act();
    loop_.advance(60s);
    check();
  }

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }

  void act() {
    switch (pick(12)) {
      case 0:
        store_.fail_commit(static_cast<int>(pick(2)) + 1, pick(2) == 0
                                                              ? testing::Fault::kBeforeCommit
                                                              : testing::Fault::kAfterCommit);
        break;
      case 1:
        loop_.advance(std::chrono::milliseconds(pick(8000)));
        break;
      case 2:
        if (pick(4) == 0) restart();
        break;
      case 3:
        if (pick(6) == 0) cancel();
        break;
      default:
        report();
    }
  }

  // At times the wish is in the store, and nobody here has heard of it.
  void cancel() {
    if (pick(2) == 0) {
      told_ = life_->cancel(id_).has_value() || told_;
    } else {
      store::WriteBatch wish;
      wish.mutations.push_back(store::RequestCancel{id_});
      cancelled_ = testing::run(loop_, tables_.commit(std::move(wish))).has_value() || cancelled_;
    }
    cancelled_ = cancelled_ || told_;
  }

  void restart() {
    life_->shut_down();
    life_ = std::make_unique<ExternalLife>(loop_, store_);
    life_->recover();
    auto heard = std::move(ears_->events);
    ears_ = life_->listen(id_);
    // What came between the two lives is replayed from the store.
    auto missed = *testing::run(loop_, tables_.events("local", id_, heard.size(), 1000));
    heard.insert(heard.end(), missed.begin(), missed.end());
    ears_->events = std::move(heard);
  }

  Report any_report() {
    static const char* const kSteps[] = {"fetch", "clean", "load", "bake"};
    Report report;
    if (pick(3) > 0) report.id = std::to_string(++last_id_);
    if (pick(3) == 0) report.step = kSteps[pick(4)];
    if (pick(3) == 0) report.work = Report::Work{pick(12), 10};
    if (pick(2) == 0) report.content = "<" + std::to_string(++last_text_) + ">";
    report.completed = pick(40) == 0;
    if (!report.completed && pick(40) == 0) report.failure = Report::Failure{.message = "No."};
    return report;
  }

  // A worker that repeats what it has no answer to, where it can be told from something new.
  void report() {
    std::vector<Report> reports;
    for (std::size_t i = pick(3) + 1; i > 0; --i) reports.push_back(any_report());
    bool may_repeat = std::ranges::all_of(reports, [](auto& each) { return !each.id.empty(); });
    auto taken = life_->report(id_, reports);
    for (int i = 0; i < 3 && may_repeat && lost(taken); ++i) taken = life_->report(id_, reports);
    for (const Report& each : reports) {
      if (taken) answered_ += each.content;
      if (lost(taken)) unanswered_ += each.content;
    }
    if (taken && told_) EXPECT_TRUE(taken->cancel_requested);
  }
  static bool lost(const Result<Reported>& taken) {
    return !taken && taken.error().code == ErrorCode::kStorageUnavailable;
  }

  void check() {
    auto record = **testing::run(loop_, tables_.operation("local", id_));
    auto events = *testing::run(loop_, tables_.events("local", id_, 0, 10'000));
    EXPECT_EQ(fault_of(events, status::plan_of(record.state.operation)), "");
    EXPECT_NE(record.state.outcome, Outcome::kProcessing) << "it is stuck";
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(record.state.sequence, events.back().sequence);
    EXPECT_EQ(record.state.outcome, events.back().outcome);
    if (cancelled_) EXPECT_EQ(record.state.error->type, ErrorCode::kCancelled);
    std::string text;
    for (const Event& event : events) text += event.content;
    check_text(text);
    ASSERT_EQ(ears_->events.size(), events.size()) << "something was lost or heard twice";
    for (std::size_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(ears_->events[i].sequence, events[i].sequence);
      EXPECT_EQ(ears_->events[i].content, events[i].content);
    }
  }

  // Everything that was answered is there, in order and once; what was not may be.
  void check_text(std::string_view text) {
    std::string answered;
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = text.find('>', begin) + 1;
      std::string_view piece = text.substr(begin, end - begin);
      if (unanswered_.find(piece) == std::string::npos) answered += piece;
      begin = end;
    }
    EXPECT_EQ(answered, answered_);
  }

  std::mt19937 random_;
  testing::ManualClock clock_;
  testing::ManualLoop loop_{clock_};
  store::MemoryStore tables_{clock_};
  testing::FaultStore store_{tables_};
  std::unique_ptr<ExternalLife> life_ = std::make_unique<ExternalLife>(loop_, store_);
  std::shared_ptr<Ears> ears_;
  std::string id_;
  bool cancelled_ = false;
  bool told_ = false;
  int last_id_ = 0;
  int last_text_ = 0;
  std::string answered_;
  std::string unanswered_;
};

TEST(ExternalOperationsPropertyTest, HoldsInRandomSchedules) {
  const unsigned seed = std::random_device{}();
  for (unsigned round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed + round));
    Schedule(seed + round).play();
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(ExternalOperationsPropertyTest, TheCheckSeesWhatIsWrong) {
  auto plan = import_plan();
  status::Plan steps = plan->steps();
  auto event = [&](std::uint64_t sequence, int step, int percent, Outcome outcome) {
    return Event{.sequence = sequence,
                 .attempt = 1,
                 .type = EventType::kStatus,
                 .outcome = outcome,
                 .step = steps[static_cast<std::size_t>(step)].step,
                 .percent = percent};
  };
  auto going = Outcome::kProcessing;
  Event first = event(1, 1, 40, going);
  Event end = event(2, 2, 100, Outcome::kCompleted);
  EXPECT_EQ(fault_of({first, end}, steps), "");
  EXPECT_NE(fault_of({first, event(3, 1, 40, going)}, steps), "");
  EXPECT_NE(fault_of({first, event(2, 1, 39, going)}, steps), "");
  EXPECT_NE(fault_of({first, event(2, 0, 40, going)}, steps), "");
  EXPECT_NE(fault_of({first, event(2, 2, 100, going)}, steps), "");
  EXPECT_NE(fault_of({first, event(2, 2, 99, Outcome::kCompleted)}, steps), "");
  EXPECT_NE(fault_of({first, end, event(3, 2, 100, Outcome::kCompleted)}, steps), "");
}

}  // namespace
}  // namespace walrus::jobs
