// How good the remaining time is: on the manual clock, over profiles as real files have them and
// over random ones. Figures are printed; what is promised is asserted.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "status/remaining_time.h"
#include "status/tracker.h"
#include "testing/manual_loop.h"
#include "testing/scripted_log.h"

namespace walrus::status {
namespace {

using namespace std::chrono_literals;
using testing::ManualClock;
using testing::ManualLoop;
using testing::ScriptedLog;
using testing::WatchingSink;

// Seconds per share of a step's work, at that share: 1 on the average.
using Shape = std::function<double(double share)>;

double steady(double) {
  return 1;
}
double slow_start(double share) {
  return share < 0.1 ? 2.8 : 0.8;
}
double speeding_up(double share) {
  return 1.3 - 0.6 * share;
}
double slowing_down(double share) {
  return 0.7 + 0.6 * share;
}

struct StepWork {
  Step step;
  double units_per_byte;  // 0: counts nothing
  double seconds_per_unit;
  double fixed_seconds;
  Shape shape = steady;
};

struct Profile {
  std::string name;
  std::vector<StepWork> steps;
  int batch = 16;         // units that are counted at once, in embedding
  double noise = 0.1;     // of each batch's time
  double machine = 0.15;  // of each document's whole speed
};

// As measured: a text file of 266 kB has 500 windows, each about 20 ms.
std::vector<StepWork> as_text(Shape shape = steady) {
  return {{Step::kValidating, 0, 0, 0.003},
          {Step::kExtractingText, 1, 5e-8, 0.015, shape},
          {Step::kChunkingText, 1, 6e-8, 0.002},
          {Step::kCreatingEmbeddings, 1.0 / 530, 0.02, 0.05, shape},
          {Step::kStoringMetadata, 1.0 / 4400, 5e-4, 0.01}};
}

// A scan or a picture book: 30 ms a page of 100 kB, and few words on it.
std::vector<StepWork> as_pages(Shape shape = steady) {
  return {{Step::kValidating, 0, 0, 0.003},
          {Step::kExtractingText, 1, 1e-5, 0.1, shape},
          {Step::kChunkingText, 0.02, 6e-8, 0.002},
          {Step::kCreatingEmbeddings, 1.0 / 26500, 0.02, 0.05},
          {Step::kStoringMetadata, 1.0 / 220000, 5e-4, 0.01}};
}

// Five long steps alike.
std::vector<StepWork> evenly(Shape shape = steady) {
  return {{Step::kValidating, 1, 2e-5, 0.1, shape},
          {Step::kExtractingText, 1, 3e-5, 0.1, shape},
          {Step::kChunkingText, 1, 2e-5, 0.1, shape},
          {Step::kCreatingEmbeddings, 1.0 / 530, 0.02, 0.05, shape},
          {Step::kStoringMetadata, 1.0 / 4400, 0.1, 0.2, shape}};
}

std::vector<Profile> recorded_profiles() {
  return {{"constant", evenly()},
          {"slow start", evenly(slow_start)},
          {"speeding up", evenly(speeding_up)},
          {"slowing down", evenly(slowing_down)},
          {"bursts of batches", as_text(), 128, 0.3},
          {"text: embedding dominates", as_text()},
          {"text: embedding starts slowly", as_text(slow_start)},
          {"text: embedding speeds up", as_text(speeding_up)},
          {"text: embedding slows down", as_text(slowing_down)},
          {"pages: extraction dominates", as_pages()},
          {"pages: extraction slows down", as_pages(slowing_down)},
          {"an uneven machine", evenly(), 16, 0.3, 0.3}};
}

Profile random_profile(std::mt19937& random) {
  auto between = [&](double low, double high) {
    return std::exp(std::uniform_real_distribution(std::log(low), std::log(high))(random));
  };
  Shape shapes[] = {steady, slow_start, speeding_up, slowing_down};
  Profile profile{"random", evenly(), static_cast<int>(between(1, 64)), between(0.05, 0.3),
                  between(0.02, 0.25)};
  for (StepWork& step : profile.steps) {
    step.seconds_per_unit *= between(0.05, 5);
    step.fixed_seconds *= between(0.1, 3);
    step.shape = shapes[random() % 4];
  }
  return profile;
}

struct Shown {
  double at;  // seconds since the start
  Step step;
  std::optional<double> left;
};

struct RunOfOne {
  std::vector<Shown> shown;
  double seconds = 0;
  FinishedWork work;
};

double normal(std::mt19937& random, double deviation) {
  return std::max(0.3, std::normal_distribution(1.0, deviation)(random));
}

// A document of `size` bytes going through the real tracker on the manual clock.
class Pipeline {
 public:
  Pipeline(Profile profile, std::mt19937& random) : profile_(std::move(profile)), random_(random) {}

  RunOfOne run(double size, std::shared_ptr<const PastCosts> past) {
    State state;
    state.operation = {.id = "a", .kind = Kind::kDocumentUpload, .owner = "local"};
    state.step = Step::kValidating;
    state.percent = 0;
    tracker_ = std::make_unique<Tracker>(loop_, log_, sink_, state, 0, messages_, TrackerOptions{},
                                         std::move(past));
    tracker_->describe_input(size, ".txt");
    machine_ = normal(random_, profile_.machine);
    Duration began = clock_.monotonic();
    TimePoint start = clock_.now();
    TaskGroup group(loop_, [](std::exception_ptr) { FAIL() << "the run threw"; });
    group.start(work(size));
    while (group.running() > 0) loop_.advance(10ms);
    RunOfOne run;
    run.seconds = std::chrono::duration<double>(clock_.monotonic() - began).count();
    for (const Event& event : sink_.events()) {
      if (event.outcome != Outcome::kProcessing) continue;
      double at = std::chrono::duration<double>(event.at - start).count();
      run.shown.push_back({at, event.step, event.eta_seconds});
    }
    run.work = tracker_->finished_work();
    EXPECT_EQ(sink_.broken(), std::vector<std::string>());
    return run;
  }

 private:
  Task<void> work(double size) {
    for (const StepWork& step : profile_.steps) {
      (void)co_await tracker_->reach(step.step);
      tell_units(size);
      co_await do_step(step, std::max(1.0, std::round(size * step.units_per_byte)));
    }
    (void)co_await tracker_->finish({});
  }

  // As the pipeline knows them: after the step before.
  void tell_units(double size) {
    if (tracker_->state().step != Step::kCreatingEmbeddings) return;
    for (const StepWork& step : profile_.steps) {
      bool counted_otherwise =
          step.step == Step::kCreatingEmbeddings || step.step == Step::kStoringMetadata;
      if (!counted_otherwise) continue;
      tracker_->expect_work(step.step, std::max(1.0, std::round(size * step.units_per_byte)));
    }
  }

  Task<void> do_step(const StepWork& step, double units) {
    co_await pause(step.fixed_seconds * machine_);
    if (step.units_per_byte == 0) co_return;
    auto counter = tracker_->count_work();
    double batch = step.step == Step::kCreatingEmbeddings ? profile_.batch : units / 50;
    for (double done = 0; done < units; done += batch) {
      auto total = static_cast<std::uint64_t>(std::ceil(units));
      counter->set(static_cast<std::uint64_t>(done), total);
      double now = std::min(batch, units - done);
      double factor = step.shape(done / units) * normal(random_, profile_.noise) * machine_;
      co_await pause(now * step.seconds_per_unit * factor);
    }
  }

  static Task<void> pause(double seconds) {
    co_await sleep_for(Duration(static_cast<std::int64_t>(seconds * 1e6)));
  }

  Profile profile_;
  std::mt19937& random_;
  double machine_ = 1;
  ManualClock clock_;
  ManualLoop loop_{clock_};
  ScriptedLog log_;
  WatchingSink sink_{log_};
  Log messages_ = Log::none();
  std::unique_ptr<Tracker> tracker_;
};

// What is found wrong with the estimates of a run, and how far they were off after a quarter.
struct Verdict {
  std::vector<double> errors;  // relative
  std::vector<std::string> broken;
};

// Nothing may be estimated of the first document ever.
void judge(const RunOfOne& run, Verdict& verdict, bool is_first = false) {
  for (const Shown& shown : run.shown) {
    double truth = run.seconds - shown.at;
    auto complain = [&](const char* what) {
      verdict.broken.push_back(std::string(what) + ": " + std::to_string(shown.left.value_or(-1)) +
                               " s where " + std::to_string(truth) + " s were left");
    };
    if (!shown.left) {
      if (!is_first && shown.at > run.seconds / 4) complain("nothing is estimated");
      continue;
    }
    if (*shown.left < 0) complain("negative");
    if (*shown.left > 10 * truth + 2) complain("wild");
    // Below a second, tenths and the interval of progress are most of it.
    bool counts = !is_first && shown.at >= run.seconds / 4 && truth >= 1;
    if (counts) verdict.errors.push_back(std::abs(*shown.left - truth) / truth);
  }
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  return *middle;
}

// A tenth of the documents is larger or smaller than most by an order of magnitude.
double random_size(std::mt19937& random) {
  double spread = random() % 10 == 0 ? 2.0 : 0.7;
  double size = 266e3 * std::exp(std::normal_distribution(0.0, spread)(random));
  return std::clamp(size, 20e3, 3e6);
}

using Spoil = std::function<void(RunOfOne&)>;

// From the second document on: each learns from those before it.
Verdict course(const Profile& profile, std::mt19937& random, int documents,
               const Spoil& spoil = {}) {
  PastCosts past;
  Verdict verdict;
  for (int i = 0; i < documents; ++i) {
    RunOfOne run =
        Pipeline(profile, random).run(random_size(random), std::make_shared<PastCosts>(past));
    past.learn(run.work);
    if (spoil) spoil(run);
    judge(run, verdict, i == 0);
  }
  return verdict;
}

void report(const std::string& name, const Verdict& verdict) {
  std::printf("  %-30s median error %4.1f %% of %zu estimates\n", name.c_str(),
              100 * median(verdict.errors), verdict.errors.size());
}

TEST(RemainingTimeCalibration, RecordedProfilesAfterAQuarterOfTheWork) {
  for (const Profile& profile : recorded_profiles()) {
    SCOPED_TRACE(profile.name);
    std::mt19937 random(7);
    Verdict verdict = course(profile, random, 20);
    report(profile.name, verdict);
    EXPECT_GT(verdict.errors.size(), 40u);
    EXPECT_LT(median(verdict.errors), 0.25);
    EXPECT_EQ(verdict.broken, std::vector<std::string>());
  }
}

TEST(RemainingTimeCalibration, RandomProfilesAfterAQuarterOfTheWork) {
  Verdict all;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Profile profile = random_profile(random);
    Verdict verdict = course(profile, random, 5);
    EXPECT_EQ(verdict.broken, std::vector<std::string>());
    all.errors.insert(all.errors.end(), verdict.errors.begin(), verdict.errors.end());
  }
  report("random, seeds 1 to 40", all);
  EXPECT_LT(median(all.errors), 0.25);
}

// The checker itself: one that foresees its step perfectly and forgets the later ones is found.
TEST(RemainingTimeCalibration, TheCheckerFindsAnEstimatorThatIgnoresLaterSteps) {
  auto forget_later_steps = [](RunOfOne& run) {
    for (Shown& shown : run.shown) {
      double step_ends = run.seconds;
      for (const Shown& other : run.shown) {
        if (other.step > shown.step) step_ends = std::min(step_ends, other.at);
      }
      shown.left = step_ends - shown.at;
    }
  };
  std::mt19937 random(7);
  Verdict verdict = course(recorded_profiles().front(), random, 20, forget_later_steps);
  report("planted: later steps ignored", verdict);
  EXPECT_GT(median(verdict.errors), 0.25);
}

TEST(RemainingTimeCalibration, OfTheFirstDocumentEverNothingIsSaidUntilItsLastStep) {
  std::mt19937 random(7);
  RunOfOne run = Pipeline(recorded_profiles().front(), random).run(266e3, nullptr);
  std::size_t said = 0;
  for (const Shown& shown : run.shown) {
    if (shown.step == Step::kStoringMetadata) {
      said += shown.left.has_value();
    } else {
      EXPECT_FALSE(shown.left);
    }
  }
  EXPECT_GT(said, 0u);
}

TEST(RemainingTimeCalibration, TheCheckerFindsNegativeWildAndMissingEstimates) {
  RunOfOne run;
  run.seconds = 100;
  run.shown = {{10, Step::kValidating, -1.0},
               {20, Step::kValidating, 1000.0},
               {30, Step::kValidating, std::nullopt},
               {40, Step::kValidating, 60.0}};
  Verdict verdict;
  judge(run, verdict);
  EXPECT_EQ(verdict.broken.size(), 3u);
}

}  // namespace
}  // namespace walrus::status
