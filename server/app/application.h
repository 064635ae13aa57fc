// Builds everything by hand, owns everything, and takes it down in order.
#pragma once

#include <atomic>
#include <memory>

#include "api/services.h"
#include "app/config.h"
#include "app/loop_threads.h"
#include "base/claims.h"
#include "crawl/fetcher.h"
#include "crawl/politeness.h"
#include "crawl/robots_cache.h"
#include "http/server.h"
#include "net/http_client.h"
#include "pipelines/chat.h"
#include "pipelines/crawl.h"
#include "pipelines/upload.h"
#include "store/data_directory.h"
#include "store/event_log.h"
#include "webhooks/dispatcher.h"
#include "wire/encoding.h"

namespace walrus::app {

// A server. `start`, `shut_down` and destruction on the main thread.
class Application {
 public:
  // Opens the data folder and builds every part. Errors say what the operator can do.
  static Result<std::unique_ptr<Application>> create(Config config);
  ~Application();

  // Takes up the work of the last run, then listens. The port is written to `<data-dir>/port`.
  Result<void> start();
  std::uint16_t port() const;
  const Log& log() const { return log_; }

  // Stops accepting, lets what runs end or leaves it for the next start, 25 seconds at most. False:
  // something did not end in time, and only leaving the process helps.
  bool shut_down();

 private:
  explicit Application(Config config);
  Result<void> open_tables();
  Result<void> open_workshop();
  void build_service();
  void bind_pipelines();
  http::Hooks hooks();
  Result<void> load_webhooks();
  Task<Result<void>> take_up_work();
  Task<Result<void>> embed_anew();
  void keep_house();
  Task<void> clean_up();
  void end_housekeeping(Work done);

  Config config_;
  Log log_;
  SystemClock clock_;
  Metrics metrics_;
  Claims claims_;
  std::atomic<bool> draining_{false};
  // Goes last of all that has threads: each of them may be in the middle of a post to a loop.
  LoopThreads threads_;
  std::optional<store::DataDirectory> directory_;
  std::unique_ptr<store::Store> store_;
  std::optional<store::Blobs> blobs_;

  // Two pools, so that a question never waits for an upload's work.
  WorkerPool foreground_;
  WorkerPool background_;
  net::HttpClient http_client_;
  text::TokenCounter tokens_;
  std::unique_ptr<search::Embedder> query_embedder_;
  std::unique_ptr<search::Embedder> document_embedder_;
  std::unique_ptr<search::SearchIndex> index_;
  std::optional<extract::Extractor> extractor_;
  std::unique_ptr<llm::Catalogue> catalogue_;
  auth::HostOrigin host_origin_;

  wire::SseEncoding encoding_;
  live::Latest latest_;
  std::unique_ptr<live::Hub> hub_;
  webhooks::Gates webhook_gates_;
  webhooks::Registry webhooks_;
  std::unique_ptr<webhooks::Dispatcher> dispatcher_;
  std::unique_ptr<store::StoreEventLog> event_log_;
  std::unique_ptr<pipelines::Retriever> retriever_;
  std::unique_ptr<pipelines::UploadParts> upload_parts_;
  std::unique_ptr<pipelines::UploadPipeline> upload_;
  std::unique_ptr<pipelines::ChatPipeline> chat_;
  // A client of its own, whose every connection was asked for at the crawls' gate.
  net::HttpClient crawl_client_;
  crawl::HttpFetcher fetcher_;
  crawl::Politeness politeness_;
  crawl::RobotsCache robots_;
  std::unique_ptr<pipelines::CrawlPipeline> crawl_;
  std::unique_ptr<jobs::Jobs> jobs_;
  std::unique_ptr<jobs::ExternalOperations> external_;
  std::unique_ptr<api::Services> services_;
  std::unique_ptr<TaskGroup> housekeeping_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace walrus::app
