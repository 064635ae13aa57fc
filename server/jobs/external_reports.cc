// How ExternalOperations takes reports.
#include <algorithm>

#include "jobs/external_parts.h"

namespace walrus::jobs {

namespace {

using status::Outcome;

constexpr int kEventBatch = 500;

}  // namespace

Task<Result<Reported>> ExternalOperations::report(Request request) {
  Home& home = home_of(request.operation_id);
  auto ask = [this, &home, &request](Completion<Result<Reported>> done) {
    home.loop.post([this, &home, request = std::move(request), done = std::move(done)]() mutable {
      home.tasks.start(answer(home, std::move(request), std::move(done)));
    });
  };
  co_return co_await wait_for_callback<Result<Reported>>(ask);
}

Task<void> ExternalOperations::answer(Home& home, Request request,
                                      Completion<Result<Reported>> done) {
  Result<Reported> reported = co_await take(home, std::move(request));
  done(std::move(reported));
}

Task<Result<Reported>> ExternalOperations::take(Home& home, Request request) {
  if (shutting_down_) co_return shutting_down();
  auto found = home.open.find(request.operation_id);
  if (found == home.open.end()) co_return co_await answer_not_open(std::move(request));
  SharedOpen open = found->second;
  if (open->state.operation.owner != request.owner) {
    co_return co_await answer_not_open(std::move(request));
  }
  co_await open->take_turn();
  Result<Reported> reported = co_await take_in_turn(home, open, std::move(request));
  open->end_turn();
  co_return reported;
}

Task<Result<Reported>> ExternalOperations::take_in_turn(Home& home, SharedOpen open,
                                                        Request request) {
  if (open->uncertain && !open->closed) {
    Result<void> certain = co_await make_certain(home, open);
    if (!certain) co_return std::unexpected(certain.error());
  }
  if (open->closed) co_return co_await answer_not_open(std::move(request));
  Result<void> passed = co_await pass_over_repeats(request);
  if (!passed) co_return std::unexpected(passed.error());

  for (;;) {
    auto folded = fold(home, *open, request);
    if (!folded) co_return std::unexpected(folded.error());
    open->last_report = home.now();
    Result<void> written = co_await write(home, open, std::move(*folded));
    if (written) co_return Reported{open->state.sequence, open->cancelled_by.has_value()};
    // An end that the wish to cancel came before is folded again, now that the wish is known.
    if (written.error().code != ErrorCode::kCancelled) co_return std::unexpected(written.error());
  }
}

status::ReportFold ExternalOperations::fold_of(Home& home, const Open& open) const {
  return {open.state, home.loop.clock().now(), open.cancelled_by.has_value(),
          open.time.at(home.now())};
}

Result<ExternalOperations::Folded> ExternalOperations::fold(Home& home, const Open& open,
                                                            const Request& request) const {
  status::ReportFold fold = fold_of(home, open);
  auto with = std::make_shared<store::WriteBatch>();
  for (std::size_t i = 0; i < request.reports.size(); ++i) {
    const status::Report& report = request.reports[i];
    Result<void> taken = fold.take(report, request.pointers[i]);
    if (!taken) return std::unexpected(taken.error());
    if (report.id.empty()) continue;
    with->mutations.push_back(
        store::PutReport{request.operation_id, report.id, fold.state().sequence});
  }
  return Folded{std::move(fold), std::move(with)};
}

Task<Result<void>> ExternalOperations::pass_over_repeats(Request& request) {
  std::vector<status::Report> fresh;
  std::vector<std::string> pointers;
  for (std::size_t i = 0; i < request.reports.size(); ++i) {
    status::Report& report = request.reports[i];
    bool repeated = !report.id.empty() &&
                    std::ranges::find(fresh, report.id, &status::Report::id) != fresh.end();
    if (!report.id.empty() && !repeated) {
      auto known = co_await store_.report(request.owner, request.operation_id, report.id);
      if (!known) co_return std::unexpected(known.error());
      repeated = known->has_value();
    }
    if (repeated) continue;
    fresh.push_back(std::move(report));
    pointers.push_back(std::move(request.pointers[i]));
  }
  request.reports = std::move(fresh);
  request.pointers = std::move(pointers);
  co_return Result<void>();
}

// There is no such operation, it is Walrus's own, or it has ended: then only repeats are harmless.
Task<Result<Reported>> ExternalOperations::answer_not_open(Request request) {
  auto record = co_await store_.operation(request.owner, request.operation_id);
  if (!record) co_return std::unexpected(record.error());
  if (!*record) {
    co_return fail(ErrorCode::kNotFound,
                   "Operation '" + request.operation_id +
                       "' was not found. The id may be wrong, or it is gone.");
  }
  const status::State& state = (*record)->state;
  if (state.operation.kind != status::Kind::kExternal) {
    co_return fail(ErrorCode::kConflict,
                   "The operation is Walrus's own; only operations that were begun with POST "
                   "/v1/operations take reports.");
  }
  if (state.outcome == Outcome::kProcessing) {
    co_return not_ready("The operation is not taken up yet. Try again in a few seconds.");
  }
  Result<void> passed = co_await pass_over_repeats(request);
  if (!passed) co_return std::unexpected(passed.error());
  if (!request.reports.empty()) {
    co_return fail(ErrorCode::kConflict, "The operation has ended; nothing can follow.");
  }
  co_return Reported{state.sequence, (*record)->cancel_requested};
}

// Makes it durable, then shows it. Errors: cancelled, where it is an end and the wish to cancel was
// durable first.
Task<Result<void>> ExternalOperations::write(Home& home, SharedOpen open, Folded folded) {
  const status::ReportFold& fold = folded.fold;
  if (fold.events().empty() && folded.with->mutations.empty()) {
    open->time = fold.time();
    co_return Result<void>();
  }
  status::Append append{.state = fold.state(), .events = fold.events()};
  append.unless_cancelled = fold.ended() && !open->cancelled_by;
  append.with = std::move(folded.with);
  Result<void> written = co_await event_log_.append(std::move(append));
  if (written) {
    open->time = fold.time();
    if (fold.state().outcome == Outcome::kCompleted) learn(home, *open);
    publish(home, *open, fold.state(), fold.events());
  } else if (written.error().code == ErrorCode::kCancelled) {
    know_wish(home, open);
  } else if (written.error().code == ErrorCode::kStorageUnavailable) {
    open->uncertain = true;
  } else {
    forget(home, *open);  // it was deleted
  }
  co_return written;
}

void ExternalOperations::publish(Home& home, Open& open, const status::State& state,
                                 std::vector<status::Event> events) {
  open.state = state;
  if (!events.empty()) open.steps.publish(state, std::move(events));
  if (state.outcome != Outcome::kProcessing) forget(home, open);
}

void ExternalOperations::learn(Home& home, const Open& open) {
  status::FinishedWork work = open.time.finished();
  home.tasks.start(costs_.learn(costs_kind_of(open.state.operation), std::move(work)));
}

// Finds out what became of a write that the store gave no answer to, and shows what is durable.
Task<Result<void>> ExternalOperations::make_certain(Home& home, SharedOpen open) {
  open->uncertain = false;  // before the look: a wish to cancel may get lost during it
  Result<void> looked = co_await show_durable(home, open);
  if (!looked) open->uncertain = true;
  co_return looked;
}

Task<Result<void>> ExternalOperations::show_durable(Home& home, SharedOpen open) {
  const std::string owner = open->state.operation.owner;
  const std::string id = open->state.operation.id;
  auto record = co_await store_.operation(owner, id);
  if (!record) co_return std::unexpected(record.error());
  if (!*record) {
    forget(home, *open);
    co_return Result<void>();
  }
  std::vector<status::Event> events;
  std::uint64_t after = open->state.sequence;
  for (bool more = true; more;) {
    auto batch = co_await store_.events(owner, id, after, kEventBatch);
    if (!batch) co_return std::unexpected(batch.error());
    more = batch->size() == kEventBatch;
    if (!batch->empty()) after = batch->back().sequence;
    std::ranges::move(*batch, std::back_inserter(events));
  }
  announce(*open);
  if (!events.empty()) open->time.resume((*record)->state, home.now());
  if ((*record)->cancel_requested) know_wish(home, open);
  publish(home, *open, (*record)->state, std::move(events));
  co_return Result<void>();
}

}  // namespace walrus::jobs
