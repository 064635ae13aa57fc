// Operations of other people's pipelines: what every engine promises (store.h).
#include "testing/store_fixture.h"

namespace walrus::testing {
namespace {

using namespace store;
using status::ExternalPlan;
using status::Outcome;
using status::Step;

class ExternalOperations : public StoreTest {
 protected:
  // At the step "load", the second of two.
  OperationRecord record(const std::string& id, const std::string& owner) {
    OperationRecord record = operation_record(id, owner, clock.now());
    std::vector<ExternalPlan::StepText> steps{{"fetch", 5, "Fetching..."}, {"load", 60, ""}};
    record.state.operation.kind = status::Kind::kExternal;
    record.state.operation.plan =
        std::make_shared<const ExternalPlan>("nightly_import", "Orders", std::move(steps));
    record.state.step = load();
    return record;
  }
  Step load() { return static_cast<Step>(status::kStepNames.size() + 1); }

  status::Event event(std::uint64_t sequence) {
    status::Event event = progress_event(sequence, clock.now());
    event.step = load();
    return event;
  }
};

TEST_P(ExternalOperations, KeepTheirPlan) {
  put(PutOperation{record("a", "bob")});
  auto read = get(store->operation("bob", "a"));
  ASSERT_TRUE(read);
  const status::Operation& operation = read->state.operation;
  EXPECT_EQ(operation.kind, status::Kind::kExternal);
  EXPECT_EQ(status::kind_name_of(operation), "nightly_import");
  ASSERT_TRUE(operation.plan);
  EXPECT_EQ(operation.plan->title(), "Orders");
  auto steps = status::plan_of(operation);
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].name, "fetch");
  EXPECT_EQ(steps[0].percent, 5);
  EXPECT_EQ(steps[0].message, "Fetching...");
  EXPECT_EQ(steps[1].message, "load") << "a step without words is shown by its name";
  EXPECT_EQ(read->state.step, load());
}

TEST_P(ExternalOperations, KeepTheirStepsInEventsAndErrors) {
  OperationRecord begun = record("a", "bob");
  status::Event failed = event(4);
  failed.outcome = Outcome::kFailed;
  failed.error = status::OperationError{ErrorCode::kInternal, "No disk.", load(), false};
  status::State state = begun.state;
  state.apply(failed);
  put(PutOperation{begun}, AppendEvents{"a", {event(3), failed}}, UpdateState{state});

  auto events = get(store->events("bob", "a", 0, 10));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].step, load());
  ASSERT_TRUE(events[1].error);
  EXPECT_EQ(events[1].error->step, load());
  auto read = get(store->operation("bob", "a"));
  EXPECT_EQ(read->state.step, load());
  ASSERT_TRUE(read->state.error);
  EXPECT_EQ(read->state.error->step, load());
  EXPECT_TRUE(get(store->events("eve", "a", 0, 10)).empty());
}

TEST_P(ExternalOperations, AreAmongTheOpenOnes) {
  put(PutOperation{record("a", "bob")});
  auto open = get(store->open_operations());
  ASSERT_EQ(open.size(), 1u);
  ASSERT_TRUE(open[0].state.operation.plan);
}

TEST_P(ExternalOperations, RememberReportsByTheirId) {
  put(PutOperation{record("a", "bob")}, PutReport{"a", "first", 7});
  EXPECT_EQ(get(store->report("bob", "a", "first")), 7u);
  EXPECT_FALSE(get(store->report("bob", "a", "second")));
  EXPECT_FALSE(get(store->report("eve", "a", "first")));
  EXPECT_FALSE(get(store->report("bob", "b", "first")));
  put(PutReport{"a", "first", 9});
  EXPECT_EQ(get(store->report("bob", "a", "first")), 7u) << "a repeat changes nothing";
  EXPECT_EQ(code_of(commit(PutReport{"b", "first", 1})), ErrorCode::kConflict);
}

TEST_P(ExternalOperations, ForgetReportsWithTheirEvents) {
  OperationRecord done = record("a", "bob");
  done.state.outcome = Outcome::kCompleted;
  done.state.updated_at = clock.now();
  put(PutOperation{done}, AppendEvents{"a", {event(1)}}, PutReport{"a", "x", 1},
      PutReport{"a", "y", 1}, PutOperation{record("b", "bob")}, PutReport{"b", "x", 1});
  clock.advance(kEventLife);
  EXPECT_FALSE(get(store->report("bob", "a", "x"))) << "expired, and not removed yet";
  EXPECT_EQ(get(store->remove_expired(1)), 2) << "one event and one report";
  EXPECT_EQ(get(store->remove_expired(10)), 1);
  EXPECT_EQ(get(store->remove_expired(10)), 0);
  EXPECT_EQ(get(store->report("bob", "b", "x")), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stores, ExternalOperations, ::testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walrus::testing
