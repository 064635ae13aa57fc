#include "api/history.h"

#include "api/responses.h"
#include "base/task_group.h"
#include "wire/frame.h"
#include "wire/status_json.h"

namespace walrus::api {

namespace {

constexpr int kBatch = 100;  // events; one can have 4 KiB of metadata

// The array, batch by batch.
class History : public std::enable_shared_from_this<History> {
 public:
  History(Services& services, Loop& loop, store::OperationRecord record)
      : services_(services),
        record_(std::move(record)),
        tasks_(loop, [&services](std::exception_ptr) { services.log.error("a history threw"); }) {}

  // The next part of the array's text; with its last part the array is whole.
  Task<Result<std::string>> next() {
    const status::Operation& operation = record_.state.operation;
    auto batch = co_await services_.store.events(operation.owner, operation.id, after_, kBatch);
    if (!batch) co_return std::unexpected(batch.error());
    std::string text = after_ == 0 ? "[" : "";
    for (const status::Event& event : *batch) add(text, event);
    whole_ = batch->size() < kBatch;
    if (whole_) text += "]";
    co_return text;
  }
  bool whole() const { return whole_; }

  void send_rest(std::shared_ptr<http::EventStream> stream) {
    stream->on_closed([self = shared_from_this()] { self->close(); });
    tasks_.start(send_to(std::move(stream)));
  }

 private:
  void add(std::string& text, const status::Event& event) {
    after_ = event.sequence;
    // One that began since the record was read.
    if (event.attempt > record_.state.attempt) record_.state.apply(event);
    if (event.type == status::EventType::kChunk) return;
    if (std::exchange(has_entries_, true)) text += ",";
    text += wire::history_json(status::state_after(record_.state, event), event);
  }
  Task<void> send_to(std::shared_ptr<http::EventStream> stream) {
    while (!whole_ && !closed_) {
      auto text = co_await next();
      if (!text) co_return stream->abort();
      if (text->empty()) continue;
      if (!stream->send(wire::body_frame(*text))) co_return stream->abort();
      auto drained = [&stream](Completion<bool> done) {
        stream->when_drained([done = std::move(done)]() mutable { done(true); });
      };
      co_await wait_for_callback<bool>(drained);
    }
    stream->finish();
  }
  void close() {
    closed_ = true;
    tasks_.when_idle([self = shared_from_this()] {});  // the group outlives its task
  }

  Services& services_;
  store::OperationRecord record_;
  TaskGroup tasks_;
  std::uint64_t after_ = 0;
  bool has_entries_ = false;
  bool whole_ = false;
  bool closed_ = false;
};

}  // namespace

Task<Result<http::Response>> history_of(Services& services, Loop& loop,
                                        store::OperationRecord record) {
  auto history = std::make_shared<History>(services, loop, std::move(record));
  auto begins = co_await history->next();
  if (!begins) co_return std::unexpected(begins.error());
  http::Response response = http::Response::json(200, *begins);
  if (!history->whole()) {
    response.body = *wire::body_frame(*begins);
    response.stream = [history](std::shared_ptr<http::EventStream> stream) {
      history->send_rest(std::move(stream));
    };
  }
  forbid_caching(response);
  co_return response;
}

}  // namespace walrus::api
