#include "api/multiplexed_stream.h"

#include <algorithm>

#include "api/responses.h"
#include "wire/frame.h"
#include "wire/object_writer.h"
#include "wire/status_json.h"

namespace walrus::api {

class MultiplexedStream::Sink final : public EventSink {
 public:
  Sink(std::shared_ptr<MultiplexedStream> stream, std::string id)
      : stream_(std::move(stream)), id_(std::move(id)) {}

  http::Outlet& outlet() override { return *stream_->stream_; }
  bool take(std::span<const live::SharedEvent> events, const live::Frame&) override {
    for (const live::SharedEvent& event : events) {
      Place place{event->sequence(), event->event.attempt, event->event.at};
      bool taken = stream_->send(id_, place, event->encoded.json());
      if (!taken) return false;
    }
    return true;
  }
  bool take_snapshot(const status::State& state, const std::string& content) override {
    Place place{state.sequence, state.attempt, state.updated_at};
    return stream_->send(id_, place, wire::snapshot_json(state, content));
  }
  void finish(std::span<const live::SharedEvent> events, const live::Frame& frame) override {
    if (!take(events, frame)) return fail();
    stream_->reader_ended(id_);
  }
  void leave() override { stream_->reader_ended(id_); }
  void fail() override { stream_->abort(); }

 private:
  std::shared_ptr<MultiplexedStream> stream_;
  std::string id_;
};

void MultiplexedStream::follow(store::OperationRecord record,
                               std::optional<std::uint64_t> position) {
  std::string id = record.state.operation.id;
  auto sink = std::make_unique<Sink>(shared_from_this(), id);
  auto reader = std::make_shared<OperationReader>(
      services_.hub, services_.store, loop_, services_.log, std::move(record), std::move(sink));
  readers_.emplace(std::move(id), reader);
  reader->start(Position{position});
}

bool MultiplexedStream::send(const std::string& id, Place place, std::string_view data) {
  return stream_->send(wire::multiplexed_frame(place_after(id, place), data));
}

bool MultiplexedStream::send_error(const std::string& id, ErrorCode type,
                                   std::string_view message) {
  std::string data;
  wire::ObjectWriter event(data);
  event.text("type", "error");
  event.text("error", message);
  event.text("error_type", info(type).word);
  if (!id.empty()) event.text("operation_id", id);
  event.close();
  return stream_->send(wire::multiplexed_frame(place(), data));
}

void MultiplexedStream::reader_ended(const std::string& id) {
  readers_.erase(id);
  on_ended(id);
}

void MultiplexedStream::stop_readers() {
  auto readers = std::exchange(readers_, {});
  for (auto& [id, reader] : readers) reader->stop();
}

namespace {

// --- Of listed operations

class ListedStream final : public MultiplexedStream {
 public:
  ListedStream(Services& services, Loop& loop, std::shared_ptr<http::EventStream> stream,
               std::vector<std::string> ids, std::vector<Told> places)
      : MultiplexedStream(services, loop, std::move(stream)),
        ids_(std::move(ids)),
        list_(fingerprint_of(ids_)),
        places_(std::move(places)) {}

  void start(std::vector<std::optional<store::OperationRecord>> records) {
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      if (records[i] || places_[i].missing) continue;
      places_[i].missing = true;
      if (!send_error(ids_[i], ErrorCode::kNotFound, "There is no such operation.")) return abort();
    }
    // Counted first: one may end while it is begun with.
    for (const auto& record : records) open_ += record.has_value();
    if (open_ == 0) return finish();
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      if (records[i]) follow(std::move(*records[i]), places_[i].sequence);
    }
  }
  void close() { stop_readers(); }

 private:
  std::string place_after(const std::string& id, Place told) override {
    auto index = static_cast<std::size_t>(std::ranges::find(ids_, id) - ids_.begin());
    places_[index].sequence = told.sequence;
    return place();
  }
  std::string place() const override { return encode_listed(list_, places_); }
  void on_ended(const std::string&) override {
    if (--open_ == 0) finish();
  }

  const std::vector<std::string> ids_;
  const std::string list_;
  std::vector<Told> places_;
  std::size_t open_ = 0;
};

}  // namespace

http::Response stream_listed(Services& services, Loop& loop, std::vector<std::string> ids,
                             std::vector<std::optional<store::OperationRecord>> records,
                             std::vector<Told> places) {
  auto starter = [&services, &loop, ids = std::move(ids), records = std::move(records),
                  places = std::move(places)](std::shared_ptr<http::EventStream> stream) mutable {
    auto listed =
        std::make_shared<ListedStream>(services, loop, stream, std::move(ids), std::move(places));
    stream->on_closed([listed] { listed->close(); });
    listed->start(std::move(records));
  };
  return stream_response(services.hub.encoding(), std::move(starter));
}

// --- Of all the owner's

namespace {

constexpr std::size_t kMostOpen = 100;
constexpr std::size_t kAttemptsKnown = 1000;
constexpr int kPage = 100;
// Between a beginning and the moment when every stream has it in its cursor.
constexpr Duration kUntilTold = std::chrono::seconds(10);

class OwnStream final : public MultiplexedStream, public live::OwnerListener {
 public:
  OwnStream(Services& services, Loop& loop, std::shared_ptr<http::EventStream> stream,
            std::string owner, std::optional<OwnPlaces> places)
      : MultiplexedStream(services, loop, std::move(stream)),
        owner_(std::move(owner)),
        before_(std::move(places)),
        tasks_(loop, [&services](std::exception_ptr) {
          services.log.error("the beginning of a stream of all operations threw");
        }) {}

  void start() {
    if (before_) places_.newest = before_->newest;
    services_.hub.owners().add(loop_, owner_, self());
    tasks_.start(begin());
  }
  void close() {
    closed_ = true;
    services_.hub.owners().remove(loop_, owner_, this);
    stop_readers();
    tasks_.when_idle([self = self()] {});
  }
  void on_opened(const status::State& state) override {
    const std::string& id = state.operation.id;
    if (closed_ || state.attempt <= newest_attempt(id)) return;
    store::OperationRecord record;
    record.state = state;
    if (places_.open.contains(id)) {  // the end of the attempt before is still on its way
      again_.insert_or_assign(id, std::move(record));
    } else {
      take_up(std::move(record), std::nullopt);
    }
  }

 private:
  std::shared_ptr<OwnStream> self() {
    return std::static_pointer_cast<OwnStream>(shared_from_this());
  }

  Task<void> begin() {
    auto self = this->self();
    Result<void> begun = co_await resume();
    if (begun) begun = co_await follow_open();
    if (closed_) co_return;
    if (!begun) co_return abort();
    // From the first event on the cursor names all of them.
    gathering_ = false;
    for (store::OperationRecord& record : std::exchange(gathered_, {})) {
      std::optional<std::uint64_t> position = places_.open[record.state.operation.id];
      follow(std::move(record), position);
    }
  }

  // What was open when the reader left off, and what began and ended since.
  Task<Result<void>> resume() {
    if (!before_) co_return Result<void>();
    for (const auto& [id, sequence] : before_->open) {
      auto record = co_await services_.store.operation(owner_, id);
      if (!record) co_return std::unexpected(record.error());
      if (*record) take_up(std::move(**record), sequence);
    }
    co_return co_await follow_begun();
  }

  Task<Result<void>> follow_begun() {
    TimePoint newest = before_->newest;
    store::Page page{.limit = kPage, .after = {}};
    do {
      auto begun = co_await services_.store.operations_begun(owner_, newest - kUntilTold, page);
      if (!begun) co_return std::unexpected(begun.error());
      for (store::OperationRecord& record : begun->records) {
        bool known = before_->open.contains(record.state.operation.id);
        if (!known && record.state.updated_at > newest) take_up(std::move(record), {});
      }
      page.after = begun->next;
    } while (!page.after.empty() && !full_);
    co_return Result<void>();
  }

  Task<Result<void>> follow_open() {
    store::Page page{.limit = kPage, .after = {}};
    do {
      auto open =
          co_await services_.store.operations(owner_, "", status::Outcome::kProcessing, page);
      if (!open) co_return std::unexpected(open.error());
      for (store::OperationRecord& record : open->records) take_up(std::move(record), {});
      page.after = open->next;
    } while (!page.after.empty() && !full_);
    co_return Result<void>();
  }

  void take_up(store::OperationRecord record, std::optional<std::uint64_t> position) {
    const std::string& id = record.state.operation.id;
    if (closed_ || places_.open.contains(id)) return;
    if (places_.open.size() >= kMostOpen) return say_full();
    places_.open[id] = position;
    note_attempt(id, record.state.attempt);
    if (gathering_) {
      gathered_.push_back(std::move(record));
    } else {
      follow(std::move(record), position);
    }
  }
  // What was followed to its end must be known for a while: it may be told of once more.
  void note_attempt(const std::string& id, int attempt) {
    int& noted = attempts_[id];
    noted = std::max(noted, attempt);
    if (attempts_.size() > kAttemptsKnown) attempts_.erase(attempts_.begin());  // the oldest
  }
  // 0: none that is known.
  int newest_attempt(const std::string& id) const {
    auto found = attempts_.find(id);
    return found == attempts_.end() ? 0 : found->second;
  }
  void say_full() {
    if (std::exchange(full_, true)) return;
    bool sent = send_error("", ErrorCode::kRateLimited,
                           "More operations are open, or began while nobody listened, than one "
                           "stream follows. GET /v1/operations lists them all.");
    if (!sent) abort();
  }

  std::string place_after(const std::string& id, Place told) override {
    note_attempt(id, told.attempt);
    places_.open[id] = told.sequence;
    places_.newest = std::max(places_.newest, told.at);
    return place();
  }
  std::string place() const override { return encode_own(places_); }
  void on_ended(const std::string& id) override {
    places_.open.erase(id);
    full_ = false;
    auto again = again_.extract(id);
    if (!again.empty() && again.mapped().state.attempt > newest_attempt(id)) {
      take_up(std::move(again.mapped()), std::nullopt);
    }
  }

  const std::string owner_;
  const std::optional<OwnPlaces> before_;
  OwnPlaces places_;
  std::map<std::string, int> attempts_;  // the newest that was followed, by operation id
  std::map<std::string, store::OperationRecord> again_;  // begun before the last attempt's end came
  TaskGroup tasks_;
  bool gathering_ = true;  // what is there at the beginning
  std::vector<store::OperationRecord> gathered_;
  bool full_ = false;  // and it was said
  bool closed_ = false;
};

}  // namespace

http::Response stream_own(Services& services, Loop& loop, std::string owner,
                          std::optional<OwnPlaces> places) {
  auto starter = [&services, &loop, owner = std::move(owner),
                  places = std::move(places)](std::shared_ptr<http::EventStream> stream) mutable {
    auto own =
        std::make_shared<OwnStream>(services, loop, stream, std::move(owner), std::move(places));
    stream->on_closed([own] { own->close(); });
    own->start();
  };
  return stream_response(services.hub.encoding(), std::move(starter));
}

}  // namespace walrus::api
