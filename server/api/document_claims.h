// One change of a document at a time: two requests at once would both take the next version.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace walrus::api {

// Thread-safe; outlives what it gives.
class DocumentClaims {
 public:
  // The document is the caller's while it keeps what it gets. Null: another has it.
  std::shared_ptr<void> take(const std::string& document_id) {
    std::lock_guard lock(mutex_);
    if (!taken_.insert(document_id).second) return nullptr;
    return {this, [this, document_id](void*) { give_back(document_id); }};
  }

 private:
  void give_back(const std::string& document_id) {
    std::lock_guard lock(mutex_);
    taken_.erase(document_id);
  }

  std::mutex mutex_;
  std::set<std::string> taken_;
};

}  // namespace walrus::api
