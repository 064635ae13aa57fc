#include "api/operation_stream.h"

#include "api/responses.h"

namespace walrus::api {

namespace {

class StreamSink final : public EventSink {
 public:
  StreamSink(const live::Encoding& encoding, std::shared_ptr<http::EventStream> stream)
      : encoding_(encoding), stream_(std::move(stream)) {}

  http::Outlet& outlet() override { return *stream_; }
  bool take(std::span<const live::SharedEvent>, const live::Frame& frame) override {
    return stream_->send(frame);
  }
  bool take_snapshot(const status::State& state, const std::string& content) override {
    return stream_->send(encoding_.snapshot(state, content));
  }
  void finish(std::span<const live::SharedEvent>, const live::Frame& frame) override {
    stream_->finish(frame);
  }
  void leave() override { stream_->finish(); }
  void fail() override { stream_->abort(); }

 private:
  const live::Encoding& encoding_;
  std::shared_ptr<http::EventStream> stream_;
};

}  // namespace

void follow_operation(live::Hub& hub, store::Store& store, Loop& loop, const Log& log,
                      store::OperationRecord record, Position position,
                      std::shared_ptr<http::EventStream> stream) {
  auto sink = std::make_unique<StreamSink>(hub.encoding(), stream);
  auto reader =
      std::make_shared<OperationReader>(hub, store, loop, log, std::move(record), std::move(sink));
  stream->on_closed([reader] { reader->stop(); });
  reader->start(position);
}

http::Response stream_operation(live::Hub& hub, store::Store& store, Loop& loop, const Log& log,
                                store::OperationRecord record, Position position) {
  std::string operation_id = record.state.operation.id;
  auto starter = [&hub, &store, &loop, &log, record = std::move(record),
                  position](std::shared_ptr<http::EventStream> stream) mutable {
    follow_operation(hub, store, loop, log, std::move(record), position, std::move(stream));
  };
  http::Response response = stream_response(hub.encoding(), std::move(starter));
  response.headers.set("X-Operation-Id", std::move(operation_id));
  return response;
}

}  // namespace walrus::api
