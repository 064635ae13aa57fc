// A server without its network: the real parts between the jobs and the disk, on a manual loop.
// What outlives it is its disk, so that a test can let several lives follow each other.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/claims.h"
#include "base/worker_pool.h"
#include "extract/extractor.h"
#include "jobs/external_operations.h"
#include "jobs/jobs.h"
#include "live/hub.h"
#include "llm/catalogue.h"
#include "pipelines/chat.h"
#include "pipelines/crawl.h"
#include "pipelines/upload.h"
#include "search/index.h"
#include "store/blobs.h"
#include "store/event_log.h"
#include "store/memory/memory_store.h"
#include "testing/fault_store.h"
#include "testing/manual_loop.h"
#include "testing/scripted_model.h"
#include "testing/scripted_site.h"
#include "testing/store_fixture.h"
#include "wire/encoding.h"

namespace walrus::testing {

// Counts what it is asked; equal words give near vectors. Belongs to one thread.
class CountingEmbedder final : public search::Embedder {
 public:
  explicit CountingEmbedder(std::string identity = "counting/1", int size = 16)
      : dimensions(size), identity_(std::move(identity)) {}

  const std::string& identity() const override { return identity_; }
  bool understands(std::string_view) const override { return true; }
  int batch_size() const override { return 4; }
  Task<Result<std::vector<float>>> embed(std::vector<std::string> texts,
                                         std::stop_token stop) override;

  int dimensions;                       // of each vector; none: they are empty
  int batches = 0;                      // of more than nothing
  std::vector<std::string> texts_seen;  // of every successful call, in order
  // Called before each batch; an error is what the batch ends with.
  std::function<Result<void>(std::stop_token stop)> before_batch;
  // Each batch waits for its stop, as a model that hangs does.
  bool hangs = false;

 private:
  std::string identity_;
};

// Hears an operation's events from its first to its last.
class EventWatcher final : public live::Listener {
 public:
  void on_events(std::span<const live::SharedEvent> live, const live::Frame&) override {
    for (const live::SharedEvent& event : live) take(*event);
  }
  void on_closed() override { closed = true; }

  std::vector<status::Event> events;
  bool ended = false;
  bool closed = false;
  std::function<void(const status::Event&)> on_each;

 private:
  void take(const live::LiveEvent& live) {
    if (!events.empty() && live.sequence() <= events.back().sequence) return;
    events.push_back(live.event);
    ended = ended || live.terminal;
    if (on_each) on_each(live.event);
  }
};

struct Disk {
  explicit Disk(const Clock& clock);
  store::MemoryStore tables;
  TemporaryFolder folder;
  store::Blobs blobs;
  Log log = Log::none();
  std::unique_ptr<search::SearchIndex> index;
};

// One life of a server.
class ServerLife {
 public:
  // `models` in the order they are to be tried in; without any, a scripted last resort says "ok".
  ServerLife(ManualClock& clock, Disk& disk, std::vector<std::unique_ptr<llm::Model>> models = {},
             CountingEmbedder embedder_to_use = CountingEmbedder());

  // An upload as the API accepts it; `document_id` of the one to replace, or empty. `owner` of a
  // new one. The ids of the operation and the document.
  struct Accepted {
    std::string operation_id;
    std::string document_id;
  };
  Accepted upload(const std::string& filename, std::string_view content,
                  std::string document_id = {}, json::object metadata = {},
                  std::string owner = "local");
  // A crawl of `site` as the API accepts it.
  Accepted crawl(pipelines::CrawlInput wishes = {});
  // A turn as the API accepts it.
  std::string ask(pipelines::ChatInput input, const std::string& conversation = "debug");

  // As the API retries what failed.
  Result<void> retry(const std::string& operation_id);
  Task<Result<void>> begin_retry(std::string operation_id);

  std::shared_ptr<EventWatcher> watch(const std::string& operation_id,
                                      std::function<void(const status::Event&)> on_each = {});
  // Lets everything go on until `done`, or 60 seconds of the manual clock are over: false.
  bool run_until(const std::function<bool()>& done);
  bool run_to_end(const std::string& operation_id);
  // Leaves what runs; afterwards the life may go.
  bool shut_down();
  void recover();

  store::OperationRecord operation(const std::string& id);
  std::vector<status::Event> events(const std::string& operation_id);
  store::DocumentRecord document(const std::string& id);
  std::vector<store::ChunkRecord> chunks(const std::string& document_id, int version);
  std::vector<pipelines::Passage> find(const std::string& query,
                                       pipelines::RetrievalFilter filter = {});

  ManualClock& clock;
  Disk& disk;
  ManualLoop loop;
  WorkerPool workers{1, "test"};  // one, so that what is posted last is done last
  FaultStore store;
  Log log = Log::none();
  Metrics metrics;
  Claims claims;
  CountingEmbedder embedder;
  llm::Catalogue catalogue;
  wire::SseEncoding encoding;
  live::Latest latest;
  live::Hub hub;
  store::StoreEventLog event_log;
  pipelines::Retriever retriever;
  pipelines::UploadParts parts;
  ScriptedSite site;
  crawl::Politeness politeness;
  crawl::RobotsCache robots{site, politeness, "walrusbot"};
  pipelines::UploadPipeline upload_pipeline;
  pipelines::CrawlPipeline crawl_pipeline;
  pipelines::ChatPipeline chat_pipeline;
  jobs::Jobs jobs;
  jobs::ExternalOperations external;

 private:
  void bind();
};

}  // namespace walrus::testing
