// Ending what somebody wants ended, wherever it is: being accepted, in the queue, or at work.
#include "jobs/jobs.h"

namespace walrus::jobs {

Task<Result<void>> Jobs::commit_wish(std::string operation_id, store::WriteBatch with) {
  with.mutations.push_back(store::RequestCancel{std::move(operation_id)});
  co_return co_await store_.commit(std::move(with));
}

Task<Result<void>> Jobs::request_cancel(std::string operation_id, store::WriteBatch with) {
  Result<void> durable = co_await commit_wish(operation_id, std::move(with));
  // A wish that got durable without an answer is not committed again by a request's repeat.
  bool possible = durable || durable.error().code == ErrorCode::kStorageUnavailable;
  if (possible) ask_to_stop(operation_id, StopReason::kCancelled, [](bool) {});
  co_return durable;
}

Task<Result<void>> Jobs::cancel(std::string operation_id) {
  Result<void> durable = co_await commit_wish(operation_id, {});
  if (!durable) co_return durable;
  bool ended = co_await stop_and_wait(operation_id, StopReason::kCancelled);
  if (!ended)
    log_.warning("a cancelled operation takes long to end", {{"operation", operation_id}});
  co_return Result<void>();
}

// Whether what was asked answered in time, and what.
Task<bool> Jobs::answered_in_time(std::move_only_function<void(Answer)> ask) {
  Loop& here = co_await home_loop();
  auto waiting = std::make_shared<std::optional<Completion<bool>>>();
  auto answer_once = [waiting](bool ended) {
    if (*waiting) (*std::exchange(*waiting, std::nullopt))(ended);
  };
  TimerId timer = here.after(options_.cancel_wait, [answer_once] { answer_once(false); });
  auto wait = [&here, &ask, waiting, answer_once](Completion<bool> done) {
    waiting->emplace(std::move(done));
    ask([&here, answer_once](bool ended) {
      here.post([answer_once, ended] { answer_once(ended); });
    });
  };
  bool ended = co_await wait_for_callback<bool>(wait);
  here.cancel(timer);
  co_return ended;
}

// Whether it has ended; it may take longer than anybody waits.
Task<bool> Jobs::stop_and_wait(std::string operation_id, StopReason reason) {
  auto ask = [this, &operation_id, reason](Answer answer) {
    ask_to_stop(operation_id, reason, std::move(answer));
  };
  co_return co_await answered_in_time(ask);
}

// On the home loop: whether nothing is left of the attempt before. Its end may be in the store, and
// its run not know that yet; what it wrote again would count for the next attempt.
Task<bool> Jobs::is_over(Home& home, std::string operation_id) {
  auto found = home.runs.find(operation_id);
  if (found == home.runs.end()) co_return true;
  Run& run = *found->second;
  auto ask = [&run](Answer answer) { run.on_end.push_back([answer] { answer(true); }); };
  co_return co_await answered_in_time(ask);
}

void Jobs::ask_to_stop(const std::string& operation_id, StopReason reason, Answer answer) {
  Home& home = home_of(operation_id);
  home.loop.post([this, &home, operation_id, reason, answer] {
    if (stop_here(home, operation_id, reason, answer)) return;
    // It may be on its way from the queue to here.
    home.loop.post([this, &home, operation_id, reason, answer] {
      if (!stop_here(home, operation_id, reason, answer)) answer(true);
    });
  });
}

// Calls `answer` at the run's end. False: it is neither beginning, nor waiting, nor running.
bool Jobs::stop_here(Home& home, const std::string& operation_id, StopReason reason,
                     Answer answer) {
  auto beginning = home.beginning.find(operation_id);
  if (beginning != home.beginning.end()) {
    beginning->second.push_back({reason, std::move(answer)});
    return true;
  }
  std::optional<Waiting> waiting = take_from_queue(operation_id);
  if (waiting) start(home, std::move(*waiting), reason);
  auto found = home.runs.find(operation_id);
  if (found == home.runs.end()) return false;
  stop(*found->second, reason);
  found->second->on_end.push_back([answer = std::move(answer)] { answer(true); });
  return true;
}

}  // namespace walrus::jobs
