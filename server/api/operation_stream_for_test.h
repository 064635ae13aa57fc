// An operation in a store, a hub over two loops, and readers of its stream.
#pragma once

#include <gtest/gtest.h>

#include "api/kept_stream_for_test.h"
#include "api/operation_stream.h"
#include "status/tracker.h"
#include "store/event_log.h"
#include "store/memory/memory_store.h"
#include "testing/manual_loop.h"
#include "wire/encoding.h"

namespace walrus::api {

using testing::ManualClock;
using testing::ManualLoop;

class OperationStreamTest : public ::testing::Test {
 protected:
  store::OperationRecord begin(status::Kind kind) {
    store::OperationRecord record;
    record.state.operation = {.id = hub.new_operation_id(here),
                              .kind = kind,
                              .owner = "local",
                              .conversation_id = kind == status::Kind::kChat ? "c" : "",
                              .created_at = clock.now()};
    record.state.step = status::plan_of(kind).front().step;
    record.state.percent = kind == status::Kind::kChat ? status::kNoPercent : 0;
    record.state.started_at = record.state.updated_at = clock.now();
    store::WriteBatch batch;
    batch.mutations.push_back(store::PutOperation{record});
    EXPECT_TRUE(testing::run(here, store.commit(std::move(batch))));
    hub.open(record.state);
    return record;
  }

  // Opens a stream on `loop` and returns its connection.
  std::shared_ptr<KeptStream> listen(ManualLoop& loop, store::OperationRecord record,
                                     Position position, Received& out, int takes = 1'000'000) {
    auto stream = std::make_shared<KeptStream>(loop, out, takes);
    follow_operation(hub, store, loop, log, std::move(record), position, stream);
    return stream;
  }

  void settle() {
    for (int i = 0; i < 6; ++i) {
      here.run_until_idle();
      there.run_until_idle();
    }
  }
  void advance(Duration by) {
    here.advance(by);
    settle();
  }

  store::OperationRecord stored(const std::string& id) {
    return **testing::run(here, store.operation("local", id));
  }

  ManualClock clock;
  ManualLoop here{clock};
  ManualLoop there{clock};
  store::MemoryStore store{clock};
  store::StoreEventLog event_log{store};
  wire::SseEncoding encoding;
  live::Latest latest;
  live::Hub hub{{&here, &there}, encoding, latest, {Duration(0), Duration(0)}};
  Log log = Log::none();
};

}  // namespace walrus::api
