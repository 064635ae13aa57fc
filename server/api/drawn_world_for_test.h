// A server's status model in a drawn world: lives that are killed, a store that fails, readers that
// come, stall and go.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "api/reader_check_for_test.h"
#include "http/message.h"
#include "jobs/jobs.h"
#include "store/event_log.h"
#include "store/memory/memory_store.h"
#include "testing/fault_store.h"
#include "testing/manual_loop.h"
#include "wire/encoding.h"

namespace walrus::api {

// Appends take time, and fail as it is drawn: before or after they are durable.
class DrawnLog final : public status::EventLog {
 public:
  DrawnLog(store::Store& tables, std::mt19937& random) : inner_(tables), random_(random) {}
  Task<Result<void>> append(status::Append append) override;

  bool away = false;
  bool lies = false;  // a planted bug: says that it is durable what is not yet

 private:
  store::StoreEventLog inner_;
  std::mt19937& random_;
};

class World {
 public:
  explicit World(unsigned seed);
  ~World();

  // Draws and does `count` things.
  void go_on(int count);
  // Heals the store, lets everything end and every reader read to the end; then what is wrong, over
  // all; empty: nothing.
  std::string end();

  void plant_lying_log();

 private:
  struct Life;
  struct Reader;
  class Connection;
  struct Operation {
    std::string id;
    status::Kind kind;
    std::string said;  // of a chat: what its run has said
  };

  unsigned draw(unsigned below) { return random_() % below; }
  Operation* any_operation();
  void begin_life();
  void accept();
  void cancel(Operation* operation);
  void retry(Operation* operation);
  void break_a_commit();
  void connect(Reader& reader);
  void pass_time();
  void settle();
  Task<Result<void>> work(jobs::Job job);
  Task<Result<void>> upload(jobs::Job job);
  Task<Result<void>> answer(jobs::Job job, Operation* operation);
  bool exists(const std::string& id);
  store::OperationRecord stored(const std::string& id);
  std::vector<status::Event> events_of(const std::string& id, std::uint64_t after, int limit);
  void saw(Reader& reader, const Seen& seen);
  void check_log(const Operation& operation);
  // Keeps the first.
  void note(std::string fault) {
    if (fault_.empty()) fault_ = std::move(fault);
  }

  std::mt19937 random_;
  testing::ManualClock clock_;
  testing::ManualLoop probe_{clock_};  // for reads of the tables in the middle of anything
  store::MemoryStore tables_{clock_};
  Life* life_ = nullptr;
  int lives_ = 0;
  bool lying_ = false;
  std::vector<std::unique_ptr<Operation>> operations_;  // that were asked for
  std::vector<std::unique_ptr<Reader>> readers_;
  std::map<std::pair<std::string, std::uint64_t>, std::string> shown_;
  std::string fault_;
};

}  // namespace walrus::api
