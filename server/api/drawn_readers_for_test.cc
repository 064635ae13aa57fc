// The readers of a drawn world.
#include "api/drawn_parts_for_test.h"
#include "api/operation_stream.h"

namespace walrus::api {

void World::connect(Reader& reader) {
  store::OperationRecord record = stored(reader.operation->id);
  bool near = draw(2) == 0;
  testing::ManualLoop& loop = near ? life_->here : life_->there;
  unsigned takes = draw(4) == 0 ? draw(10) : 1'000'000;
  if (reader.connection) reader.connection->close();
  reader.connection = std::make_shared<Connection>(*this, loop, reader, takes);
  reader.check.connected(lives_ - 1);
  Position position;
  if (reader.check.last() > 0) position.after = reader.check.last();
  follow_operation(life_->hub, tables_, loop, life_->log, std::move(record), position,
                   reader.connection);
}

void World::saw(Reader& reader, const Seen& seen) {
  reader.check.take(seen);
  const std::string& id = reader.operation->id;
  bool snapshot = seen.text.starts_with(R"({"type":"snapshot")");
  bool chunk = seen.text.starts_with(R"({"type":"chunk")");
  if (snapshot) return;
  auto [shown, first] = shown_.try_emplace({id, seen.id}, seen.text);
  if (!first && shown->second != seen.text) {
    note("under one id two events: " + shown->second + " and " + seen.text);
  }
  if (chunk) return;
  auto stored = events_of(id, seen.id - 1, 1);
  if (stored.empty() || stored[0].sequence != seen.id) {
    note("visible before it is durable: " + std::to_string(seen.id) + " " + seen.text);
  }
}

}  // namespace walrus::api
