// Operations and their events: the values everything else stores, sends and shows.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/executor.h"
#include "base/json.h"
#include "status/plan.h"

namespace walrus::status {

// What became of an operation. Nothing else exists on the wire: a queued one is processing, a
// cancelled or interrupted one failed.
enum class Outcome { kProcessing, kCompleted, kFailed };
std::string_view name_of(Outcome outcome);
std::optional<Outcome> outcome_from_name(std::string_view name);

struct OperationError {
  ErrorCode type;
  std::string message;  // for the person who began the operation
  Step step;            // where it failed
  bool retryable;
};

enum class EventType {
  kStatus,    // a step, a progress or an end
  kChunk,     // text of an answer
  kComplete,  // a chat's last event, after the status `finished`
  kError,     // a chat's last event when it failed
};
std::string_view name_of(EventType type);
std::optional<EventType> event_type_from_name(std::string_view name);

// One entry of an operation's log. Never changed once it is in the log.
struct Event {
  std::uint64_t sequence;  // strictly increasing per document, or per operation without one
  int attempt;             // from 1
  TimePoint at;
  EventType type;
  Outcome outcome;  // after this event
  Step step;
  bool reaches_step = false;  // kStatus: the step's first; of new events alone, the log forgets it
  int percent = kNoPercent;
  std::string message;    // kStatus: the documented words and counted facts
  json::object metadata;  // kStatus of documents: the counters; of chats and kComplete: facts
  std::optional<double> eta_seconds;
  std::optional<OperationError> error;  // exactly when outcome is kFailed
  std::string content;                  // kChunk: never empty
};

// Whether the event is the one after which nothing follows in its attempt. A chat's status
// `finished` is not: its `complete` follows in the same commit.
bool is_terminal(Kind kind, const Event& event);

// What an operation is: set when it is accepted, but for `attempt`.
struct Operation {
  std::string id;  // UUIDv7
  Kind kind;
  std::string owner;            // who may see it
  std::string document_id;      // of an upload or crawl, else empty
  std::string conversation_id;  // of a chat, without prefix, else empty
  std::string user_id;          // of a chat: a label, may be empty
  TimePoint created_at;
  std::shared_ptr<const ExternalPlan> plan = nullptr;  // exactly when the kind is kExternal
};

Plan plan_of(const Operation& operation);
// As the wire spells them. What is called by a client is no label of a metric: name_of(Kind) is.
std::string_view kind_name_of(const Operation& operation);
inline std::string_view name_of(const Operation& operation, Step step) {
  return name_of(operation.plan.get(), step);
}

// What the metadata of an operation that waits calls its place in the queue; 1 is the next. Gone
// with its first event at work.
inline constexpr std::string_view kQueuePosition = "queue_position";

// The fold of an operation's events.
struct State {
  Operation operation;
  int attempt = 1;
  std::uint64_t sequence = 0;
  Outcome outcome = Outcome::kProcessing;
  Step step;
  int percent = kNoPercent;
  std::string message;
  TimePoint started_at;                     // of the attempt
  std::map<int, TimePoint> earlier_starts;  // of the attempts before, by attempt
  TimePoint updated_at;
  json::object metadata;
  std::optional<double> eta_seconds;
  std::optional<OperationError> error;
  std::uint64_t content_bytes = 0;  // of the attempt's chunks

  // Takes the event in. A status has all of the metadata, but of a chat what an empty one leaves.
  // Chunks and kComplete change the sequence and the time alone, and kComplete
  // the outcome and metadata.
  void apply(const Event& event);
};

// What the attempt after the one that failed begins with: the step that failed, at its documented
// percentage and with the counters of the steps before it. Nothing is kept of a first step, and a
// chat begins anew.
Event next_attempt(const State& failed, TimePoint now);

// The state right after `event` of the operation that now is in `latest`: an event holds all of it
// but when its attempt began, which `latest` knows, and `content_bytes`.
State state_after(const State& latest, const Event& event);

}  // namespace walrus::status
