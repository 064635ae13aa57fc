#include "jobs/step_costs.h"

namespace walrus::jobs {

namespace {

// Of an owner: kinds have names of users' choice; what is beyond has no remaining time.
constexpr std::size_t kMostKinds = 100;
// Of a kind, by step and variety: every operation of an owner's kind may name other steps.
constexpr std::size_t kMostCosts = 128;

// Stands between an owner and the kind, and in no name of a kind.
constexpr char kOwnerEnd = '/';

// Without the steps that there is no more room for.
status::FinishedWork with_room(status::FinishedWork work, const status::PastCosts& costs) {
  if (costs.all().size() < kMostCosts) {
    std::size_t room = (kMostCosts - costs.all().size()) / (work.variety.empty() ? 1 : 2);
    if (work.steps.size() <= room) return work;
  }
  std::erase_if(work.steps, [&](const status::FinishedWork::Step& step) {
    return costs.find(work.variety, step.name) == nullptr;
  });
  return work;
}

}  // namespace

std::string costs_kind_of(const status::Operation& operation) {
  std::string kind(status::kind_name_of(operation));
  return operation.plan ? operation.owner + kOwnerEnd + kind : kind;
}

Task<void> StepCosts::load() {
  auto records = co_await store_.step_costs();
  if (!records) {
    log_.warning("what past work cost cannot be read", {{"why", records.error().detail}});
    co_return;
  }
  std::map<std::string, std::shared_ptr<status::PastCosts>> kinds;
  for (const store::StepCostRecord& record : *records) {
    bool owners = record.kind.contains(kOwnerEnd);
    if (owners != (which_ == Kinds::kOwners)) continue;
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

bool StepCosts::has_room_beside(const std::string& kind) const {
  std::string owner = kind.substr(0, kind.rfind(kOwnerEnd) + 1);
  std::size_t known = 0;
  for (auto at = kinds_.lower_bound(owner); at != kinds_.end() && at->first.starts_with(owner);
       ++at)
    ++known;
  return known < kMostKinds;
}

std::vector<store::StepCostRecord> StepCosts::take_in(const std::string& kind,
                                                      const status::FinishedWork& work) {
  std::lock_guard lock(mutex_);
  auto found = kinds_.find(kind);
  if (found == kinds_.end() && !has_room_beside(kind)) return {};
  // Runs may read the old one at this moment.
  auto costs = found == kinds_.end() ? std::make_shared<status::PastCosts>()
                                     : std::make_shared<status::PastCosts>(*found->second);
  std::vector<store::StepCostRecord> changed;
  for (status::PastCosts::Key& key : costs->learn(with_room(work, *costs))) {
    changed.push_back({kind, key.first, key.second, costs->all().at(key)});
  }
  if (!changed.empty()) kinds_.insert_or_assign(kind, std::move(costs));
  return changed;
}

}  // namespace walrus::jobs
