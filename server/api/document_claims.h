// One change of a document at a time: two requests at once would both take the next version.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/task.h"

namespace walrus::api {

// How long a request waits for another one's change, which takes a few commits; a deletion may
// first wait for running work to end.
inline constexpr std::chrono::seconds kClaimWait{10};

// Thread-safe; outlives what it gives.
class DocumentClaims {
 public:
  // The document is the caller's while it keeps one. Null: another has it.
  using Claim = std::shared_ptr<void>;

  Claim take(const std::string& document_id);
  // Waits until the document is free, in the order of asking; null after `at_most`.
  Task<Claim> take_when_free(std::string document_id, Duration at_most);

 private:
  struct Waiter {
    std::optional<Completion<Claim>> done;
    TimerId timer = 0;
  };
  using Waiters = std::deque<std::shared_ptr<Waiter>>;

  Claim claim_of(const std::string& document_id);
  void wait(const std::string& document_id, std::shared_ptr<Waiter> waiter);
  void give_up(const std::string& document_id, const std::shared_ptr<Waiter>& waiter);
  void give_back(const std::string& document_id);

  std::mutex mutex_;
  std::map<std::string, Waiters> taken_;  // with those who want it next
};

}  // namespace walrus::api
