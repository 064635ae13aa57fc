// What the steps of past operations cost: what every engine promises of it (store.h).
#include "testing/store_fixture.h"

namespace walrus::testing {
namespace {

using namespace store;

class StepCosts : public StoreTest {};

StepCostRecord cost_record(const std::string& kind, const std::string& variety,
                           const std::string& step, double seconds) {
  StepCostRecord record{kind, variety, step, {}};
  record.cost.learn(50, 200, seconds);
  record.cost.learn(7, 300, seconds / 3);
  return record;
}

TEST_P(StepCosts, AreKeptWithEveryField) {
  StepCostRecord record = cost_record("document_upload", ".pdf", "extracting_text", 1.5);
  put(PutStepCosts{{record}});
  auto read = get(store->step_costs());
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].kind, "document_upload");
  EXPECT_EQ(read[0].variety, ".pdf");
  EXPECT_EQ(read[0].step, "extracting_text");
  EXPECT_EQ(read[0].cost, record.cost);
}

TEST_P(StepCosts, ReplaceEqualKeysAloneAndComeInOrder) {
  put(PutStepCosts{{cost_record("b", "", "one", 1), cost_record("a", ".txt", "one", 2),
                    cost_record("a", "", "two", 3), cost_record("a", "", "one", 4)}});
  StepCostRecord newer = cost_record("a", "", "two", 99);
  put(PutStepCosts{{newer}});
  auto read = get(store->step_costs());
  ASSERT_EQ(read.size(), 4u);
  std::vector<std::string> keys;
  for (const StepCostRecord& each : read) keys.push_back(each.kind + each.variety + each.step);
  EXPECT_EQ(keys, (std::vector<std::string>{"aone", "atwo", "a.txtone", "bone"}));
  EXPECT_EQ(read[1].cost, newer.cost);
}

TEST_P(StepCosts, AreNotWrittenByABatchThatIsRefused) {
  put(PutStepCosts{{cost_record("a", "", "one", 1)}},
      PutOperation{operation_record("taken", "bob", clock.now())});
  StepCostRecord before = get(store->step_costs())[0];
  auto refused =
      commit(PutStepCosts{{cost_record("a", "", "one", 5), cost_record("a", "", "x", 1)}},
             PutOperation{operation_record("taken", "bob", clock.now())});
  EXPECT_EQ(code_of(refused), ErrorCode::kConflict);
  auto read = get(store->step_costs());
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].cost, before.cost);
}

INSTANTIATE_TEST_SUITE_P(Stores, StepCosts, ::testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walrus::testing
