#include "app/application.h"

#include <sys/resource.h>

#include <fstream>

#include "api/responses.h"
#include "api/routes.h"
#include "app/served_documents.h"
#include "app/embed_anew.h"
#include "app/models.h"
#include "app/shutdown.h"
#include "pipelines/reconcile.h"
#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"

namespace walrus::app {

namespace {

constexpr int kChatsAtOnce = 256;
constexpr int kCrawlsAtOnce = 16;  // they wait for websites more than they work
constexpr std::string_view kCrawler = "WalrusBot";
constexpr std::chrono::minutes kHousekeepingInterval{5};
constexpr std::chrono::seconds kChatGrace{10};
constexpr std::chrono::seconds kDrainGrace{2};
constexpr std::chrono::seconds kShutdownLimit{25};

// As many descriptors as the system lets one process have: each stream holds one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::filesystem::path extract_helper() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "walrus-extract";
}

}  // namespace

Application::Application(Config config)
    : config_(std::move(config)),
      log_(config_.log_format, config_.log_level),
      threads_(config_.io_threads, clock_),
      foreground_(config_.workers, "walrus-query"),
      background_(config_.workers, "walrus-work", 5),
      http_client_(log_, {.ca_file = config_.ca_file}),
      host_origin_(config_.host_origin),
      webhook_gates_(config_.webhook_allow),
      crawl_client_(
          log_, {std::make_shared<const net::EgressGate>(config_.crawl_allow), config_.ca_file}),
      fetcher_(crawl_client_, std::string(kCrawler) + "/" WALRUS_VERSION),
      politeness_({.at_once = config_.crawl_connections}),
      robots_(fetcher_, politeness_, std::string(kCrawler)) {}

Application::~Application() {
  server_.reset();
  threads_.stop();
}

Result<std::unique_ptr<Application>> Application::create(Config config) {
  raise_descriptor_limit();
  std::unique_ptr<Application> application(new Application(std::move(config)));
  Result<void> opened = application->open_tables();
  if (opened) opened = application->open_workshop();
  if (!opened) return std::unexpected(opened.error());
  application->build_service();
  return application;
}

Result<void> Application::open_tables() {
  auto directory = store::DataDirectory::open(config_.data_directory, clock_.now(), log_);
  if (!directory) return std::unexpected(directory.error());
  directory_.emplace(std::move(*directory));
  auto blobs = store::Blobs::open(directory_->blobs());
  if (!blobs) return std::unexpected(blobs.error());
  blobs_.emplace(std::move(*blobs));
  if (config_.memory_store) {
    store_ = std::make_unique<store::MemoryStore>(clock_);
    return {};
  }
  auto store = store::SqliteStore::open(directory_->database(), clock_, log_, metrics_);
  if (!store) return std::unexpected(store.error());
  store_ = std::move(*store);
  return {};
}

Result<void> Application::open_workshop() {
  if (!config_.crawl_allow.empty()) {
    log_.warning("crawls may go to addresses that are not public",
                 {{"ranges", config_.crawl_allow.size()}});
  }
  query_embedder_ = make_embedder(config_, http_client_, foreground_, log_);
  document_embedder_ = make_embedder(config_, http_client_, background_, log_);
  catalogue_ = make_catalogue(config_, http_client_, foreground_, tokens_, clock_, log_);
  std::filesystem::path file =
      config_.memory_store ? ":memory:" : config_.data_directory / "index.db";
  auto index = search::SearchIndex::open(file, {.dense_weight = config_.dense_weight}, log_);
  if (!index) return std::unexpected(index.error());
  index_ = std::move(*index);
  auto extractor = extract::Extractor::create(extract_helper(), config_.sandbox, {});
  if (!extractor) return std::unexpected(extractor.error());
  extractor_.emplace(std::move(*extractor));
  if (!extractor_->sandbox().complete()) {
    log_.warning("file readers are not fully shut in",
                 {{"missing", extractor_->sandbox().missing}});
  }
  return {};
}

void Application::build_service() {
  hub_ = std::make_unique<live::Hub>(threads_.loops(), encoding_, latest_);
  dispatcher_ = std::make_unique<webhooks::Dispatcher>(
      threads_.first(), *store_, webhooks_, http_client_, webhook_gates_, log_, metrics_);
  webhooks_.on_committed([this](const std::string& owner) { dispatcher_->wake(owner); });
  event_log_ = std::make_unique<store::StoreEventLog>(*store_, &webhooks_);
  retriever_ =
      std::make_unique<pipelines::Retriever>(*store_, *query_embedder_, *index_, foreground_, log_);
  upload_parts_ = std::make_unique<pipelines::UploadParts>(
      pipelines::UploadParts{*store_, *blobs_, *extractor_, tokens_, *document_embedder_, *index_,
                             background_, log_, config_.chunking});
  upload_ = std::make_unique<pipelines::UploadPipeline>(*upload_parts_);
  chat_ = std::make_unique<pipelines::ChatPipeline>(
      pipelines::ChatParts{*store_, *retriever_, *catalogue_, log_});
  jobs_ = std::make_unique<jobs::Jobs>(threads_.loops(), *store_, *event_log_, *hub_, log_,
                                       metrics_, jobs::Options{.outbox = &webhooks_});
  external_ = std::make_unique<jobs::ExternalOperations>(
      threads_.loops(), *store_, *event_log_, *hub_, log_, metrics_, jobs::ExternalOptions{});
  crawl_ = std::make_unique<pipelines::CrawlPipeline>(
      pipelines::CrawlParts{*store_, fetcher_, politeness_, robots_, *extractor_, *blobs_, tokens_,
                            *document_embedder_, *index_, background_, log_, config_.chunking,
                            std::string(kCrawler), config_.crawl_connections});
  bind_pipelines();
  services_ = std::make_unique<api::Services>(
      api::Services{*store_, *blobs_, *hub_, *jobs_, *external_, *index_, *retriever_, *catalogue_,
                    *extractor_, foreground_, claims_, clock_, log_, metrics_, draining_, webhooks_,
                    *dispatcher_, webhook_gates_});
  http::Limits limits;
  limits.file_bytes = config_.max_upload;
  limits.connections_per_address = config_.max_connections_per_address;
  http::Router router = api::make_router(*services_, served_documents());
  server_ = std::make_unique<http::Server>(threads_.event_loops(), std::move(router), limits,
                                           hooks(), blobs_->incoming(), log_, metrics_);
  housekeeping_ = std::make_unique<TaskGroup>(
      threads_.first(), [this](std::exception_ptr) { log_.error("housekeeping threw"); });
}

void Application::bind_pipelines() {
  jobs::KindOfWork upload;
  upload.run = [this](jobs::Job job) { return upload_->run(job); };
  upload.failure_writes = [this](store::OperationRecord record, Error error) {
    return upload_->failure_writes(std::move(record), std::move(error));
  };
  upload.at_once = static_cast<int>(config_.workers);
  upload.waiting = config_.max_queue;
  upload.resumable = true;
  jobs_->bind(status::Kind::kDocumentUpload, std::move(upload));

  jobs::KindOfWork crawl;
  crawl.run = [this](jobs::Job job) { return crawl_->run(job); };
  crawl.failure_writes = [this](store::OperationRecord record, Error error) {
    return crawl_->failure_writes(std::move(record), std::move(error));
  };
  crawl.at_once = kCrawlsAtOnce;
  crawl.waiting = config_.max_queue;
  crawl.resumable = true;
  jobs_->bind(status::Kind::kWebCrawl, std::move(crawl));

  jobs::KindOfWork chat;
  chat.run = [this](jobs::Job job) { return chat_->run(job); };
  chat.failure_writes = [this](store::OperationRecord record, Error error) {
    return chat_->failure_writes(std::move(record), std::move(error));
  };
  chat.at_once = kChatsAtOnce;
  chat.waiting = config_.max_queue;
  jobs_->bind(status::Kind::kChat, std::move(chat));
}

http::Hooks Application::hooks() {
  http::Hooks hooks;
  hooks.gate = [this](const http::Request& request) -> std::optional<http::Response> {
    Result<void> allowed = host_origin_.check(request);
    if (!allowed) return api::problem(allowed.error(), request.request_id);
    return host_origin_.preflight(request);
  };
  hooks.error_response = [](const Error& error, int status, const http::Request& request) {
    return api::problem(error, request.request_id, status);
  };
  hooks.finish = [this](const http::Request& request, http::Response& response) {
    response.headers.set("X-Content-Type-Options", "nosniff");
    host_origin_.allow_reading(request, response);
  };
  return hooks;
}

// --- Start

Result<void> Application::start() {
  Result<void> loaded = load_webhooks();
  if (!loaded) return loaded;
  Result<void> taken_up = run_on(threads_.first(), take_up_work());
  if (!taken_up) return taken_up;
  std::vector<http::Endpoint> endpoints;
  endpoints.reserve(config_.addresses.size());
  for (const std::string& address : config_.addresses) endpoints.push_back({address, config_.port});
  Result<void> listening = server_->listen(std::move(endpoints));
  if (!listening) return listening;
  std::ofstream(config_.data_directory / "port") << port() << '\n';
  threads_.first().post([this] {
    dispatcher_->start();
    keep_house();
  });
  return {};
}

std::uint16_t Application::port() const {
  return server_->port();
}

// Before any event is written, so that none goes untold.
Result<void> Application::load_webhooks() {
  auto stored = run_on(threads_.first(), store_->all_webhooks());
  if (!stored) return std::unexpected(stored.error());
  webhooks_.load(std::move(*stored));
  if (webhook_gates_.opened_any()) {
    log_.warning("webhooks may go to addresses that are not public",
                 {{"ranges", config_.webhook_allow.size()}});
  }
  return {};
}

Task<Result<void>> Application::take_up_work() {
  auto open = co_await store_->open_operations();
  if (!open) co_return std::unexpected(open.error());
  Result<void> reconciled = co_await pipelines::reconcile(*upload_parts_, std::move(*open));
  if (!reconciled) co_return reconciled;
  Result<void> recovered = co_await jobs_->recover();
  if (!recovered) co_return recovered;
  recovered = co_await external_->recover();
  if (!recovered) co_return recovered;
  co_return co_await embed_anew();
}

// Vectors of another embedder are never compared with ours: such documents are worked on again, and
// are found by their words alone until then.
Task<Result<void>> Application::embed_anew() {
  auto documents = co_await store_->document_versions();
  if (!documents) co_return std::unexpected(documents.error());
  auto outdated = pipelines::made_by_another_embedder(*documents, document_embedder_->identity());
  for (const store::DocumentVersion& version : outdated) {
    Result<void> begun = co_await begin_embedding_anew(*store_, *hub_, *jobs_, version);
    if (!begun)
      log_.warning("a document could not be embedded anew", {{"document", version.document_id}});
  }
  if (!outdated.empty()) log_.info("documents are embedded anew", {{"documents", outdated.size()}});
  co_return Result<void>();
}

// --- Housekeeping

void Application::keep_house() {
  if (draining_) return;
  housekeeping_->start(clean_up());
  threads_.first().after(kHousekeepingInterval, [this] { keep_house(); });
}

Task<void> Application::clean_up() {
  Result<void> removed = co_await pipelines::remove_expired(*upload_parts_, claims_);
  if (!removed) log_.warning("expired rows were not removed", {{"why", removed.error().detail}});
}

// --- Shutdown

bool Application::shut_down() {
  draining_ = true;
  log_.info("shutting down");
  Shutdown shutdown(kShutdownLimit);
  bool ended =
      shutdown.wait_for([this](Work done) { jobs_->shut_down(kChatGrace, std::move(done)); }) &&
      shutdown.wait_for([this](Work done) { external_->shut_down(std::move(done)); }) &&
      shutdown.wait_for([this](Work done) { server_->drain(kDrainGrace, std::move(done)); }) &&
      shutdown.wait_for([this](Work done) { dispatcher_->shut_down(std::move(done)); }) &&
      shutdown.wait_for([this](Work done) { end_housekeeping(std::move(done)); });
  if (ended) log_.info("stopped");
  return ended;
}

void Application::end_housekeeping(Work done) {
  threads_.first().post(
      [this, done = std::move(done)]() mutable { housekeeping_->when_idle(std::move(done)); });
}

}  // namespace walrus::app
