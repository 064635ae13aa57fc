// What the steps of past operations cost on this machine: kept in the store, shared by all runs.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/log.h"
#include "store/store.h"

namespace walrus::jobs {

// Costs are of the machine and of no owner: a kind whose name is an owner's own choice must carry
// the owner in it here, or one owner could tell from an estimate what another one does.
// Thread-safe; the references outlive it.
class StepCosts {
 public:
  StepCosts(store::Store& store, const Log& log) : store_(store), log_(log) {}

  // Takes up what past runs of the server learnt. Where it cannot be read, all is learnt anew.
  Task<void> load();

  // What is known of a kind at this moment; never null, never changed afterwards.
  std::shared_ptr<const status::PastCosts> of(const std::string& kind) const;

  // Learns from an operation that completed, and keeps that: as well as it goes, since a lost
  // lesson harms nothing.
  Task<void> learn(std::string kind, status::FinishedWork work);

 private:
  std::vector<store::StepCostRecord> take_in(const std::string& kind,
                                             const status::FinishedWork& work);

  store::Store& store_;
  const Log& log_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const status::PastCosts>> kinds_;
};

}  // namespace walrus::jobs
