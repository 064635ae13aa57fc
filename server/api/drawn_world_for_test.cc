#include "api/drawn_parts_for_test.h"

namespace walrus::api {

using namespace std::chrono_literals;
using status::Kind;
using status::Outcome;
using status::Step;

namespace {

Task<Result<std::shared_ptr<const status::Writes>>> no_writes(store::OperationRecord, Error) {
  co_return std::make_shared<store::WriteBatch>();
}

}  // namespace

Task<Result<void>> DrawnLog::append(status::Append append) {
  co_await sleep_for(drawn_pause(random_, 20));
  bool lost_before = away || random_() % 25 == 0;
  bool lost_after = random_() % 25 == 0;
  if (lies) {
    status::Append late = append;
    co_await sleep_for(1ms);
    if (random_() % 2 == 0) co_return Result<void>();  // and never written
  }
  if (lost_before) co_return fail(ErrorCode::kStorageUnavailable, "away");
  Result<void> done = co_await inner_.append(std::move(append));
  if (done && lost_after) co_return fail(ErrorCode::kStorageUnavailable, "the answer was lost");
  co_await sleep_for(drawn_pause(random_, 20));
  co_return done;
}

// --- Lives

void World::plant_lying_log() {
  lying_ = life_->event_log.lies = true;
}

void World::begin_life() {
  // Reachable for ever, so that no leak checker takes a killed life for a mistake.
  static auto* graveyard = new std::vector<Life*>;
  life_ = graveyard->emplace_back(new Life(*this));
  ++lives_;
  life_->event_log.lies = lying_;
  for (Kind kind : {Kind::kDocumentUpload, Kind::kChat}) {
    life_->jobs.bind(kind, {.run = [this](jobs::Job job) { return work(job); },
                            .failure_writes = no_writes,
                            .at_once = static_cast<int>(1 + draw(4)),
                            .waiting = 100,
                            .resumable = kind == Kind::kDocumentUpload});
  }
  auto recover = [](jobs::Jobs& jobs) -> Task<void> { (void)co_await jobs.recover(); };
  life_->here_tasks.start(recover(life_->jobs));
  settle();
}

void World::settle() {
  for (int i = 0; i < 6; ++i) {
    bool first = draw(2) == 0;
    (first ? life_->here : life_->there).run_until_idle();
    (first ? life_->there : life_->here).run_until_idle();
  }
}

void World::pass_time() {
  life_->here.advance(drawn_pause(random_, 400));
  if (draw(2) == 0) life_->there.run_until_idle();
  if (draw(4) == 0) settle();
}

// --- Work

Task<Result<void>> World::work(jobs::Job job) {
  const std::string& id = job.record->state.operation.id;
  auto found = std::ranges::find(operations_, id, [](auto& each) { return each->id; });
  if ((*found)->kind == Kind::kChat) return answer(job, found->get());
  return upload(job);
}

Task<Result<void>> World::upload(jobs::Job job) {
  for (const status::PlannedStep& planned : status::plan_of(Kind::kDocumentUpload)) {
    if (planned.step == Step::kFinished) break;
    auto reached = co_await job.tracker->reach(planned.step);
    if (!reached) co_return reached;
    auto counter = job.tracker->count_work();
    unsigned total = draw(6);
    for (unsigned done = 0; done < total; ++done) {
      co_await sleep_for(drawn_pause(random_, 300));
      if (job.stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "stopped");
      counter->set(done + 1, total);
    }
    if (draw(60) == 0) co_return fail(ErrorCode::kExtractionFailed, "It cannot be read.");
  }
  co_return co_await job.tracker->finish({});
}

Task<Result<void>> World::answer(jobs::Job job, Operation* operation) {
  for (Step step : {Step::kInitializing, Step::kRetrievingContext, Step::kSelectingModel,
                    Step::kGeneratingResponse}) {
    auto reached = co_await job.tracker->reach(step);
    if (!reached) co_return reached;
  }
  operation->said.clear();
  for (unsigned i = 0, pieces = draw(30); i < pieces; ++i) {
    std::string piece = std::to_string(lives_) + "." + std::to_string(i) + " ";
    operation->said += piece;
    job.tracker->chunk(std::move(piece));
    if (draw(3) == 0) co_await sleep_for(drawn_pause(random_, 120));
    if (job.stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "stopped");
  }
  auto reached = co_await job.tracker->reach(Step::kStoringResponse);
  if (!reached) co_return reached;
  co_return co_await job.tracker->finish({});
}

void World::accept() {
  bool chat = draw(2) == 0;
  Kind kind = chat ? Kind::kChat : Kind::kDocumentUpload;
  store::OperationRecord record;
  record.state.operation = {.id = life_->hub.new_operation_id(life_->here),
                            .kind = kind,
                            .owner = "local",
                            .conversation_id = chat ? "c" : "",
                            .created_at = clock_.now()};
  record.state.step = status::plan_of(kind).front().step;
  record.state.percent = chat ? status::kNoPercent : 0;
  record.state.started_at = record.state.updated_at = clock_.now();
  operations_.push_back(std::make_unique<Operation>(record.state.operation.id, kind));
  auto task = [](jobs::Jobs& jobs, store::OperationRecord one) -> Task<void> {
    (void)co_await jobs.accept(std::move(one), {}, {});
  };
  life_->here_tasks.start(task(life_->jobs, std::move(record)));
}

// What was asked for and refused is not there.
World::Operation* World::any_operation() {
  if (operations_.empty()) return nullptr;
  Operation* drawn = operations_[draw(operations_.size())].get();
  return exists(drawn->id) ? drawn : nullptr;
}

void World::cancel(Operation* operation) {
  auto task = [](World& world, jobs::Jobs& jobs, const std::string id) -> Task<void> {
    int attempt = world.stored(id).state.attempt;
    auto cancelled = co_await jobs.cancel(id);
    store::OperationRecord record = world.stored(id);
    bool kept = record.cancel_requested || record.state.attempt > attempt;
    if (cancelled && !kept) world.note("a wish to cancel that was answered and is not kept");
  };
  life_->here_tasks.start(task(*this, life_->jobs, operation->id));
}

// As the API begins the next attempt.
void World::retry(Operation* operation) {
  store::OperationRecord record = stored(operation->id);
  if (record.state.outcome != Outcome::kFailed) return;
  status::Event first = status::next_attempt(record.state, clock_.now());
  record.state.apply(first);
  auto task = [](jobs::Jobs& jobs, store::OperationRecord one, status::Event event) -> Task<void> {
    std::vector<status::Event> events;
    events.push_back(std::move(event));
    (void)co_await jobs.retry(std::move(one), std::move(events), {});
  };
  life_->here_tasks.start(task(life_->jobs, std::move(record), std::move(first)));
}

// One of those that begin, cancel, retry or tell a place in the queue.
void World::break_a_commit() {
  bool before = draw(2) == 0;
  life_->store.answer_late(drawn_pause(random_, 100));
  life_->store.fail_commit(static_cast<int>(1 + draw(4)),
                           before ? testing::Fault::kBeforeCommit : testing::Fault::kAfterCommit);
}

// --- The tables, read in the middle of anything

bool World::exists(const std::string& id) {
  return testing::run(probe_, tables_.operation("local", id))->has_value();
}

store::OperationRecord World::stored(const std::string& id) {
  return **testing::run(probe_, tables_.operation("local", id));
}

std::vector<status::Event> World::events_of(const std::string& id, std::uint64_t after, int limit) {
  return *testing::run(probe_, tables_.events("local", id, after, limit));
}

void World::check_log(const Operation& operation) {
  store::OperationRecord record = stored(operation.id);
  auto events = events_of(operation.id, 0, 100'000);
  int ends = 0;
  std::string content;  // of the last attempt
  for (const status::Event& event : events) {
    ends += status::is_terminal(operation.kind, event);
    if (event.attempt == record.state.attempt) content += event.content;
  }
  if (ends != record.state.attempt) {
    note(std::to_string(record.state.attempt) + " attempts with " + std::to_string(ends) + " ends");
  }
  if (!events.empty() && !status::is_terminal(operation.kind, events.back())) {
    note("something after the end in the log");
  }
  bool completed = record.state.outcome == Outcome::kCompleted;
  if (completed && content != operation.said) note("the log lacks text that was said");
  bool cancelled = !completed && record.state.error->type == ErrorCode::kCancelled;
  if (record.cancel_requested && !cancelled) note("a cancelled operation ended otherwise");
}

// --- What happens

World::World(unsigned seed) : random_(seed) {
  begin_life();
}

World::~World() = default;

void World::go_on(int count) {
  for (int i = 0; i < count; ++i) {
    unsigned what = draw(100);
    if (operations_.empty() || what < 8) {
      accept();
    } else if (what < 10) {
      if (Operation* operation = any_operation()) cancel(operation);
    } else if (what < 20) {
      Operation* operation = any_operation();
      if (!operation) continue;
      readers_.push_back(std::make_unique<Reader>(operation));
      connect(*readers_.back());
    } else if (what < 26 && !readers_.empty()) {
      readers_[draw(readers_.size())]->connection->close();
    } else if (what < 40 && !readers_.empty()) {
      Reader& reader = *readers_[draw(readers_.size())];
      if (reader.connection->closed() && !reader.check.ended()) connect(reader);
    } else if (what < 42) {
      life_->event_log.away = !life_->event_log.away;
      life_->event_log.away ? life_->store.go_away() : life_->store.come_back();
    } else if (what < 43) {
      begin_life();
      for (auto& reader : readers_) connect(*reader);
    } else if (what < 46) {
      if (Operation* operation = any_operation()) retry(operation);
    } else if (what < 50) {
      break_a_commit();
    } else {
      pass_time();
    }
  }
}

std::string World::end() {
  life_->event_log.away = false;
  life_->store.come_back();
  auto open = [this] { return !testing::run(probe_, tables_.open_operations())->empty(); };
  auto wait = [this] {
    life_->here.advance(500ms);
    settle();
  };
  for (int i = 0; i < 2'000 && open(); ++i) wait();
  for (int i = 0; i < 10; ++i) wait();  // what is durable becomes visible
  if (open()) note("an operation that never ends");
  for (auto& reader : readers_) {
    for (int tries = 0; tries < 100 && !reader->check.ended(); ++tries) {
      connect(*reader);
      settle();
    }
    note(reader->check.fault());
    if (!reader->check.ended()) {
      note("a reader that never hears of the end, at " + std::to_string(reader->check.last()) +
           " of " + std::to_string(stored(reader->operation->id).state.sequence));
    }
  }
  for (auto& operation : operations_) {
    if (exists(operation->id)) check_log(*operation);
  }
  return fault_;
}

}  // namespace walrus::api
