// An EventLog in memory whose commits a test delays, fails or loses, and a LiveSink that watches
// the tracker's promises.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "status/ports.h"

namespace walrus::testing {

class ScriptedLog final : public status::EventLog {
 public:
  Task<Result<void>> append(status::Append append) override;

  void set_delay(Duration delay) { delay_ = delay; }
  // The next commits end so, in order; afterwards they succeed.
  enum class Fault { kNone, kBefore, kAfter, kCancelled };
  void script(std::initializer_list<Fault> faults) { faults_.insert(faults_.end(), faults); }

  const std::vector<status::Event>& events() const { return events_; }
  const status::State& state() const { return state_; }
  std::uint64_t reserved_through() const { return reserved_through_; }
  bool holds(std::uint64_t sequence) const;
  int appends() const { return appends_; }

 private:
  void keep(const status::Append& append);

  Duration delay_{0};
  std::deque<Fault> faults_;
  std::vector<status::Event> events_;
  status::State state_;
  std::uint64_t reserved_through_ = 0;
  int appends_ = 0;
};

// Notes what is published and what the log held at that moment.
class WatchingSink final : public status::LiveSink {
 public:
  explicit WatchingSink(const ScriptedLog& log) : log_(log) {}
  void publish(const status::State& state, std::vector<status::Event> events) override;

  const std::vector<status::Event>& events() const { return events_; }
  const std::vector<std::string>& broken() const { return broken_; }  // promises that did not hold

 private:
  void check(const status::State& state, const status::Event& event);

  const ScriptedLog& log_;
  std::vector<status::Event> events_;
  std::vector<std::string> broken_;
};

}  // namespace walrus::testing
