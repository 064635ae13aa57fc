// The events of many operations in one stream: a reader each, one cursor for all.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/multiplex_cursor.h"
#include "api/operation_reader.h"
#include "api/services.h"
#include "http/message.h"
#include "live/owner_watch.h"

namespace walrus::api {

// What both kinds share. Belongs to its loop; lives until its connection is closed.
class MultiplexedStream : public std::enable_shared_from_this<MultiplexedStream> {
 public:
  MultiplexedStream(Services& services, Loop& loop, std::shared_ptr<http::EventStream> stream)
      : services_(services), loop_(loop), stream_(std::move(stream)) {}
  virtual ~MultiplexedStream() = default;

 protected:
  // An event of an operation.
  struct Place {
    std::uint64_t sequence;
    int attempt;
    TimePoint at;
  };
  // Begins to send the operation's events past `position`. Not twice at once.
  void follow(store::OperationRecord record, std::optional<std::uint64_t> position);
  // An event about an operation, or about the stream where `id` is empty.
  bool send_error(const std::string& id, ErrorCode type, std::string_view message);
  void finish() { stream_->finish(); }
  void abort() { stream_->abort(); }
  // On the stream's end: no reader says anything any more.
  void stop_readers();

  Services& services_;
  Loop& loop_;

 private:
  class Sink;
  bool send(const std::string& id, Place place, std::string_view data);
  void reader_ended(const std::string& id);

  // The stream's position after that of the operation.
  virtual std::string place_after(const std::string& id, Place place) = 0;
  virtual std::string place() const = 0;
  virtual void on_ended(const std::string& id) = 0;

  std::shared_ptr<http::EventStream> stream_;
  std::map<std::string, std::shared_ptr<OperationReader>> readers_;
};

// Of listed operations; ends when all have ended. `records` in the order of `ids`; none: there is
// no such operation of the caller.
http::Response stream_listed(Services& services, Loop& loop, std::vector<std::string> ids,
                             std::vector<std::optional<store::OperationRecord>> records,
                             std::vector<Told> places);

// Of all the owner's, current and future. Never ends.
http::Response stream_own(Services& services, Loop& loop, std::string owner,
                          std::optional<OwnPlaces> places);

}  // namespace walrus::api
