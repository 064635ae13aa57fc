// Operations of one kind that wait for their turn.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <string>

#include "store/records.h"

namespace walrus::jobs {

struct Waiting {
  store::OperationRecord record;
  bool resumed = false;  // it was begun by an earlier run of the server
};

// First come, first served within an owner; owners take turns, so that nobody waits for the
// hundred files of another. Not thread-safe.
class Queue {
 public:
  void push(Waiting waiting);
  // The next one; nothing when it is empty.
  std::optional<Waiting> pop();
  // That one, wherever it stands.
  std::optional<Waiting> take(const std::string& operation_id);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Those that wait, in the order in which they would start if nothing else came. The position is
  // the one among the owner's own, from 1: nobody learns how much others have waiting (invariant
  // 12). The visitor says false to end the visit.
  void visit(const std::function<bool(int position, const Waiting& waiting)>& visitor) const;
  // The position that the owner's next one would have.
  int position_of_next(const std::string& owner) const;

 private:
  struct Line {  // of an owner; never empty
    std::string owner;
    std::deque<Waiting> waiting;
  };
  std::list<Line> lines_;  // whose turn it is comes first
  std::size_t size_ = 0;
};

}  // namespace walrus::jobs
