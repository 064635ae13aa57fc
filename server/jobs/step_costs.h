// What the steps of past operations cost on this machine: kept in the store, shared by all runs.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/log.h"
#include "store/store.h"

namespace walrus::jobs {

// What the costs of an operation are kept under. Those of Walrus's own kinds are of the machine and
// of no owner. A kind that an owner named carries the owner, or one could tell from an estimate
// what another one does.
std::string costs_kind_of(const status::Operation& operation);

// Thread-safe; the references outlive it.
class StepCosts {
 public:
  // Each has a StepCosts of its own, so that owners' many kinds keep none of Walrus's own out; nor
  // do they keep out another owner's.
  enum class Kinds { kOwn, kOwners };

  StepCosts(store::Store& store, const Log& log, Kinds kinds = Kinds::kOwn)
      : store_(store), log_(log), which_(kinds) {}

  // Takes up what past runs of the server learnt. Where it cannot be read, all is learnt anew.
  Task<void> load();

  // What is known of a kind at this moment; never null, never changed afterwards.
  std::shared_ptr<const status::PastCosts> of(const std::string& kind) const;

  // Learns from an operation that completed, and keeps that: as well as it goes, since a lost
  // lesson harms nothing.
  Task<void> learn(std::string kind, status::FinishedWork work);

 private:
  bool has_room_beside(const std::string& kind) const;  // under the lock
  std::vector<store::StepCostRecord> take_in(const std::string& kind,
                                             const status::FinishedWork& work);

  store::Store& store_;
  const Log& log_;
  const Kinds which_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const status::PastCosts>> kinds_;
};

}  // namespace walrus::jobs
