#include "jobs/step_costs.h"

namespace walrus::jobs {

namespace {

// Kinds have names of users' choice, too; what is beyond has no remaining time.
constexpr std::size_t kMostKinds = 1000;

}  // namespace

Task<void> StepCosts::load() {
  auto records = co_await store_.step_costs();
  if (!records) {
    log_.warning("what past work cost cannot be read", {{"why", records.error().detail}});
    co_return;
  }
  std::map<std::string, std::shared_ptr<status::PastCosts>> kinds;
  for (const store::StepCostRecord& record : *records) {
    auto& costs = kinds[record.kind];
    if (!costs) costs = std::make_shared<status::PastCosts>();
    costs->put({record.variety, record.step}, record.cost);
  }
  std::lock_guard lock(mutex_);
  for (auto& [kind, costs] : kinds) kinds_.insert_or_assign(kind, std::move(costs));
}

std::shared_ptr<const status::PastCosts> StepCosts::of(const std::string& kind) const {
  std::lock_guard lock(mutex_);
  auto found = kinds_.find(kind);
  return found == kinds_.end() ? std::make_shared<status::PastCosts>() : found->second;
}

Task<void> StepCosts::learn(std::string kind, status::FinishedWork work) {
  std::vector<store::StepCostRecord> changed = take_in(kind, work);
  if (changed.empty()) co_return;
  store::WriteBatch batch;
  batch.mutations.push_back(store::PutStepCosts{std::move(changed)});
  Result<void> kept = co_await store_.commit(std::move(batch));
  if (!kept) log_.warning("what work cost was not kept", {{"why", kept.error().detail}});
}

std::vector<store::StepCostRecord> StepCosts::take_in(const std::string& kind,
                                                      const status::FinishedWork& work) {
  std::lock_guard lock(mutex_);
  auto found = kinds_.find(kind);
  if (found == kinds_.end() && kinds_.size() >= kMostKinds) return {};
  // Runs may read the old one at this moment.
  auto costs = found == kinds_.end() ? std::make_shared<status::PastCosts>()
                                     : std::make_shared<status::PastCosts>(*found->second);
  std::vector<store::StepCostRecord> changed;
  for (status::PastCosts::Key& key : costs->learn(work)) {
    changed.push_back({kind, key.first, key.second, costs->all().at(key)});
  }
  if (!changed.empty()) kinds_.insert_or_assign(kind, std::move(costs));
  return changed;
}

}  // namespace walrus::jobs
