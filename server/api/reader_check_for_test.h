// What a reader of an operation may never see, checked event by event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/json.h"
#include "status/plan.h"

namespace walrus::api {

// An event as a reader got it.
struct Seen {
  std::uint64_t id = 0;
  std::string text;  // its JSON
};

// Invariants 1, 2, 4 and 5 over all connections of one reader and all lives of the server.
class ReaderCheck {
 public:
  // `life` counts the server's restarts.
  void connected(int life) { life_ = life; }

  void take(const Seen& seen) {
    json::object event = parse_json(seen.text)->as_object();
    bool snapshot = event.at("type").as_string() == "snapshot";
    // Only what was shown and lost in a crash is a position that nobody knows, and so may be the
    // snapshot's own that comes instead.
    bool restarted = std::exchange(last_life_, life_) != life_;
    bool again = std::exchange(after_snapshot_, snapshot);
    if (snapshot && !restarted && !again) note("a snapshot where there is a log", seen);
    std::uint64_t before = std::exchange(last_, seen.id);
    if (snapshot) return;
    if (seen.id <= before) note("an event twice, or a step back", seen);
    // A chat's end after a restart stands above what was reserved.
    bool may_jump = before == 0 || (!event.contains("processing_status") && jumps_ < life_);
    bool jumps = seen.id != before + 1;
    if (jumps && !may_jump) note("a hole", seen);
    if (jumps && before > 0) ++jumps_;
    if (event.at("attempt").to_number<int>() != attempt_) {
      int attempt = event.at("attempt").to_number<int>();
      if (attempt < attempt_) note("an attempt that is over", seen);
      attempt_ = attempt;
      ended_ = false;
      percent_ = position_ = -1;
    }
    if (ended_) note("something after the end", seen);
    check_forward(event, seen);
  }

  const std::string& fault() const { return fault_; }
  std::uint64_t last() const { return last_; }
  bool ended() const { return ended_; }

 private:
  // Of a document's shape and of a chat's events alike.
  void check_forward(const json::object& event, const Seen& seen) {
    std::string_view type = event.at("type").as_string();
    const json::value* outcome = event.if_contains("processing_status");
    bool document = outcome != nullptr;
    ended_ =
        document ? outcome->as_string() != "processing" : type == "complete" || type == "error";
    const json::value* step = event.if_contains(document ? "processing_step" : "step");
    if (step && type == "status") {
      Kind kind = document ? Kind::kDocumentUpload : Kind::kChat;
      int position = status::position_of(kind, *status::step_from_name(step->as_string()));
      if (position < position_) note("a step back to an earlier step", seen);
      position_ = position;
    }
    if (!document) return;
    int percent = event.at("progress_percentage").to_number<int>();
    if (percent < percent_) note("progress that falls", seen);
    if ((percent == 100) != (outcome->as_string() == "completed")) note("100 is not the end", seen);
    percent_ = percent;
  }

  void note(std::string_view what, const Seen& seen) {
    if (fault_.empty())
      fault_ = std::string(what) + ": " + std::to_string(seen.id) + " " + seen.text;
  }

  using Kind = status::Kind;
  std::string fault_;
  std::uint64_t last_ = 0;
  int life_ = 0;
  int last_life_ = 0;  // in which the last event came
  bool after_snapshot_ = false;
  int jumps_ = 0;
  bool ended_ = false;
  int attempt_ = 0;
  int percent_ = -1;
  int position_ = -1;
};

}  // namespace walrus::api
