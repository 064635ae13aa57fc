// Room for so many requests at once, of which no owner gets more than its share.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "base/task.h"

namespace walrus::webhooks {

// Belongs to its loop.
class Slots {
 public:
  // `of_owner`: what one owner can hold of them.
  Slots(int count, int of_owner) : free_(count), of_owner_(of_owner) {}

  // Waits for one: first come, first served, but for owners that hold their share. Whoever has
  // taken one gives it back.
  Task<void> take(std::string owner);
  void give(const std::string& owner);

 private:
  struct Waiting {
    std::string owner;
    Completion<bool> done;
  };
  bool may_take(const std::string& owner) const;
  void hand_on();

  int free_;
  const int of_owner_;
  std::map<std::string, int> held_;  // by owner; none is 0
  std::deque<Waiting> waiting_;
};

}  // namespace walrus::webhooks
