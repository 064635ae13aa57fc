#include "testing/server_life.h"

#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "base/ids.h"
#include "base/stoppable_wait.h"
#include "pipelines/next_attempt.h"

namespace walrus::testing {

using status::Kind;

namespace {

constexpr std::string_view kOwner = "local";

const text::TokenCounter& token_counter() {
  static const text::TokenCounter made;
  return made;
}

const extract::Extractor& extractor() {
  static const extract::Extractor made = [] {
    const char* folder = std::getenv("WALRUS_BUILD_DIR");
    auto helper = std::filesystem::path(folder ? folder : ".") / "walrus-extract";
    auto created = extract::Extractor::create(helper, extract::SandboxRequirement::kBest, {});
    if (!created) throw std::runtime_error(created.error().message);
    return std::move(*created);
  }();
  return made;
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::unique_ptr<llm::Model> last_resort() {
  return std::make_unique<ScriptedModel>(llm::ModelInfo{.model_id = "last", .provider = "walrus"},
                                         ModelScript{.pieces = {{"ok"}}});
}

// Each word pulls the vector its own way.
void add_words(const std::string& text, std::span<float> row) {
  std::string word;
  for (char c : text + " ") {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!word.empty()) {
      row[id_hash(word) % row.size()] += 1;
      word.clear();
    }
  }
  float squares = 0;
  for (float x : row) squares += x * x;
  for (float& x : row) x = squares > 0 ? x / std::sqrt(squares) : 0;
}

}  // namespace

Task<Result<std::vector<float>>> CountingEmbedder::embed(std::vector<std::string> texts,
                                                         std::stop_token stop) {
  ++batches;
  if (before_batch) {
    Result<void> allowed = before_batch(stop);
    if (!allowed) co_return std::unexpected(allowed.error());
  }
  while (hangs) {
    co_await sleep_unless_stopped(std::chrono::seconds(1), stop);
    if (stop.stop_requested()) co_return fail(ErrorCode::kCancelled, "stopped");
  }
  auto width = static_cast<std::size_t>(dimensions);
  std::vector<float> rows(texts.size() * width);
  for (std::size_t i = 0; i < texts.size() && width > 0; ++i) {
    add_words(texts[i], std::span(rows).subspan(i * width, width));
  }
  texts_seen.insert(texts_seen.end(), texts.begin(), texts.end());
  co_return rows;
}

Disk::Disk(const Clock& clock)
    : tables(clock),
      blobs(must(store::Blobs::open(folder.path() / "blobs"))),
      index(must(search::SearchIndex::open(":memory:", {}, log))) {}

ServerLife::ServerLife(ManualClock& manual_clock, Disk& disk_to_use,
                       std::vector<std::unique_ptr<llm::Model>> models,
                       CountingEmbedder embedder_to_use)
    : clock(manual_clock),
      disk(disk_to_use),
      loop(manual_clock),
      store(disk_to_use.tables),
      embedder(std::move(embedder_to_use)),
      catalogue(std::move(models), last_resort()),
      // Watchers hear of each event while it is the newest.
      hub({&loop}, encoding, latest, {.shortest = Duration(0), .longest = Duration(0)}),
      event_log(store),
      retriever(store, embedder, *disk.index, workers, log),
      parts{store,           disk.blobs, extractor(),
            token_counter(), embedder,   *disk.index,
            workers,         log,        {.words = 40, .overlap = 10, .window_words = 10}},
      upload_pipeline(parts),
      crawl_pipeline({store, site, politeness, robots, extractor(), disk.blobs, token_counter(),
                      embedder, *disk.index, workers, log, parts.chunking, "walrusbot"}),
      chat_pipeline({store, retriever, catalogue, log}),
      jobs({&loop}, store, event_log, hub, log, metrics, {}),
      external({&loop}, store, event_log, hub, log, metrics, {}) {
  bind();
}

void ServerLife::bind() {
  jobs::KindOfWork upload;
  upload.run = [this](jobs::Job job) { return upload_pipeline.run(job); };
  upload.failure_writes = [this](store::OperationRecord record, Error error) {
    return upload_pipeline.failure_writes(std::move(record), std::move(error));
  };
  upload.at_once = 2;
  upload.resumable = true;
  jobs.bind(Kind::kDocumentUpload, std::move(upload));
  jobs::KindOfWork crawl;
  crawl.run = [this](jobs::Job job) { return crawl_pipeline.run(job); };
  crawl.failure_writes = [this](store::OperationRecord record, Error error) {
    return crawl_pipeline.failure_writes(std::move(record), std::move(error));
  };
  crawl.at_once = 2;
  crawl.resumable = true;
  jobs.bind(Kind::kWebCrawl, std::move(crawl));
  jobs::KindOfWork chat;
  chat.run = [this](jobs::Job job) { return chat_pipeline.run(job); };
  chat.failure_writes = [this](store::OperationRecord record, Error error) {
    return chat_pipeline.failure_writes(std::move(record), std::move(error));
  };
  chat.at_once = 4;
  jobs.bind(Kind::kChat, std::move(chat));
}

ServerLife::Accepted ServerLife::upload(const std::string& filename, std::string_view content,
                                        std::string document_id, json::object metadata,
                                        std::string owner) {
  store::DocumentRecord record;
  bool is_new = document_id.empty();
  if (is_new) {
    record.id = new_uuid(clock.now());
    record.owner = std::move(owner);
    record.type = "file_upload";
    record.created_at = record.updated_at = clock.now();
  } else {
    record = document(document_id);
    record.latest_version += 1;
  }
  int version = record.latest_version;
  must(disk.blobs.write(pipelines::original_blob(record.id, version), content));
  pipelines::UploadInput input{.version = version,
                               .original_version = version,
                               .filename = filename,
                               .file_type = ".txt",
                               .content_type = "text/plain",
                               .size = std::ssize(content),
                               .sha256 = {},
                               .metadata = std::move(metadata)};
  if (is_new) pipelines::describe(record, input);
  record.operation_id = hub.new_operation_id(loop);
  auto queued = pipelines::queued_upload(record, input, clock.now());
  store::WriteBatch with;
  with.mutations.push_back(store::PutDocument{record, is_new});
  auto accepted =
      run(loop, jobs.accept(std::move(queued.record), std::move(queued.first), std::move(with)));
  if (!accepted) throw std::runtime_error(accepted.error().message);
  return {record.operation_id, record.id};
}

ServerLife::Accepted ServerLife::crawl(pipelines::CrawlInput wishes) {
  wishes.url = ScriptedSite::kUrl;
  store::DocumentRecord record{.id = new_uuid(clock.now()),
                               .owner = std::string(kOwner),
                               .type = "web_crawl",
                               .url = wishes.url,
                               .crawl_depth = wishes.max_depth,
                               .created_at = clock.now(),
                               .updated_at = clock.now(),
                               .operation_id = hub.new_operation_id(loop)};
  auto queued = pipelines::queued_crawl(record, wishes, clock.now());
  store::WriteBatch with;
  with.mutations.push_back(store::PutDocument{record, true});
  must(run(loop, jobs.accept(std::move(queued.record), std::move(queued.first), std::move(with))));
  return {record.operation_id, record.id};
}

std::string ServerLife::ask(pipelines::ChatInput input, const std::string& conversation) {
  TimePoint now = clock.now();
  std::string owner(kOwner);
  auto found = must(run(loop, store.conversation(owner, conversation)));
  store::ConversationRecord row = found.value_or(store::ConversationRecord{
      .owner = owner, .conversation_id = conversation, .title = input.query, .created_at = now});
  input.turn = row.message_count + 1;
  store::OperationRecord record;
  std::string id = hub.new_operation_id(loop);
  record.input = pipelines::to_json(input);
  record.state.operation = {.id = id,
                            .kind = Kind::kChat,
                            .owner = owner,
                            .conversation_id = conversation,
                            .created_at = now};
  record.state.step = status::Step::kInitializing;
  record.state.started_at = record.state.updated_at = now;
  row.operation_id = id;
  row.status = "processing";
  row.updated_at = now;
  row.message_count += 1;
  store::WriteBatch with;
  with.mutations.push_back(store::PutConversation{row, {}});
  with.mutations.push_back(store::PutMessage{{.owner = owner,
                                              .conversation_id = conversation,
                                              .number = static_cast<std::uint64_t>(input.turn),
                                              .role = "user",
                                              .text = input.query,
                                              .created_at = now,
                                              .operation_id = id}});
  auto accepted = run(loop, jobs.accept(std::move(record), {}, std::move(with)));
  if (!accepted) throw std::runtime_error(accepted.error().message);
  return id;
}

Result<void> ServerLife::retry(const std::string& operation_id) {
  return run(loop, begin_retry(operation_id));
}

Task<Result<void>> ServerLife::begin_retry(std::string operation_id) {
  auto found = must(co_await store.operation(std::string(kOwner), operation_id)).value();
  const status::Operation& operation = found.state.operation;
  ClaimedThing thing{operation.owner,
                     operation.document_id.empty() ? operation.id : operation.document_id};
  auto claim = co_await claims.take_when_free(std::move(thing), std::chrono::seconds(10));
  if (!claim) co_return fail(ErrorCode::kConflict, "Another request is changing it.");
  auto record = must(co_await store.operation(std::string(kOwner), operation_id)).value();
  auto next = co_await pipelines::next_attempt(store, disk.blobs, workers, std::move(record));
  if (!next) co_return std::unexpected(next.error());
  co_return co_await jobs.retry(std::move(next->record), std::move(next->first),
                                std::move(next->with));
}

std::shared_ptr<EventWatcher> ServerLife::watch(const std::string& operation_id,
                                                std::function<void(const status::Event&)> on_each) {
  auto watcher = std::make_shared<EventWatcher>();
  watcher->on_each = std::move(on_each);
  auto attach = [](live::Hub& from, std::string id,
                   std::shared_ptr<EventWatcher> listener) -> Task<void> {
    live::Attachment found = co_await from.attach(std::move(id), listener);
    listener->on_events(found.tail, nullptr);
  };
  run(loop, attach(hub, operation_id, watcher));
  return watcher;
}

bool ServerLife::run_until(const std::function<bool()>& done) {
  for (Duration waited{0}; !done(); waited += std::chrono::milliseconds(50)) {
    if (waited > std::chrono::seconds(60)) return false;
    // Time stands still while a worker is busy.
    auto nothing = [] {};
    run(loop, offload(workers, nothing));
    if (!done()) loop.advance(std::chrono::milliseconds(50));
  }
  return true;
}

bool ServerLife::run_to_end(const std::string& operation_id) {
  return run_until([&] {
    int running = jobs.running(Kind::kDocumentUpload) + jobs.running(Kind::kWebCrawl) +
                  jobs.running(Kind::kChat);
    return running == 0 && operation(operation_id).state.outcome != status::Outcome::kProcessing;
  });
}

bool ServerLife::shut_down() {
  bool done = false;
  jobs.shut_down(std::chrono::seconds(1), [&done] { done = true; });
  return run_until([&done] { return done; });
}

void ServerLife::recover() {
  must(run(loop, jobs.recover()));
}

store::OperationRecord ServerLife::operation(const std::string& id) {
  return must(run(loop, disk.tables.operation(std::string(kOwner), id))).value();
}

std::vector<status::Event> ServerLife::events(const std::string& operation_id) {
  return must(run(loop, disk.tables.events(std::string(kOwner), operation_id, 0, 100'000)));
}

store::DocumentRecord ServerLife::document(const std::string& id) {
  return must(run(loop, disk.tables.document(std::string(kOwner), id))).value();
}

std::vector<store::ChunkRecord> ServerLife::chunks(const std::string& document_id, int version) {
  return must(run(loop, disk.tables.chunks(document_id, version, {.limit = 100, .after = {}})))
      .records;
}

std::vector<pipelines::Passage> ServerLife::find(const std::string& query,
                                                 pipelines::RetrievalFilter filter) {
  return must(run(loop, retriever.retrieve(std::string(kOwner), query, 20, std::move(filter), {})));
}

}  // namespace walrus::testing
