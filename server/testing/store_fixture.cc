#include "testing/store_fixture.h"

#include <cstdlib>

#include "base/log.h"
#include "base/metrics.h"
#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"

namespace walrus::testing {

using namespace store;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "walrus-test-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

namespace {

std::shared_ptr<Store> open_memory(const Clock& clock) {
  return std::make_shared<MemoryStore>(clock);
}

std::shared_ptr<Store> open_sqlite(const Clock& clock) {
  struct World {
    TemporaryFolder folder;
    Log log = Log::none();
    Metrics metrics;
    std::unique_ptr<SqliteStore> store;
  };
  auto world = std::make_shared<World>();
  auto opened =
      SqliteStore::open(world->folder.path() / "walrus.db", clock, world->log, world->metrics);
  if (!opened) throw std::runtime_error(opened.error().detail);
  world->store = std::move(*opened);
  return {world, world->store.get()};
}

}  // namespace

std::vector<StoreEngine> store_engines() {
  return {{"memory", open_memory}, {"sqlite", open_sqlite}};
}

OperationRecord operation_record(const std::string& id, const std::string& owner, TimePoint now) {
  OperationRecord record;
  status::State& state = record.state;
  state.operation = {id, status::Kind::kDocumentUpload, owner, "", "", "user-" + id, now};
  state.attempt = 1;
  state.sequence = 3;
  state.step = status::Step::kExtractingText;
  state.percent = 31;
  state.message = "Extracting text content... 3 of 10 pages";
  state.started_at = now + Duration(1);
  state.updated_at = now + Duration(2);
  state.metadata = {{"pages_done", 3}, {"pages_total", 10}};
  state.eta_seconds = 2.5;
  state.content_bytes = 12;
  state.earlier_starts = {{1, now - Duration(7)}, {2, now}};
  record.input = {{"filename", "Straße \"42\".pdf"}, {"deep", {{"list", {1, 2, 3}}}}};
  record.checkpoint = {{"page", 3}};
  record.reserved_through = 1000;
  record.resumptions = 1;
  return record;
}

status::Event progress_event(std::uint64_t sequence, TimePoint now) {
  status::Event event;
  event.sequence = sequence;
  event.attempt = 1;
  event.at = now + Duration(static_cast<std::int64_t>(sequence));
  event.type = status::EventType::kStatus;
  event.outcome = status::Outcome::kProcessing;
  event.step = status::Step::kCreatingEmbeddings;
  event.percent = 75;
  event.message = "Creating embeddings for 15 chunks...";
  event.metadata = {{"chunks_created", 15}};
  event.eta_seconds = 0.25;
  return event;
}

DocumentRecord document_record(const std::string& id, const std::string& owner, TimePoint now) {
  DocumentRecord record;
  record.id = id;
  record.owner = owner;
  record.type = "file_upload";
  record.filename = "Überblick 'final'.pdf";
  record.file_type = ".pdf";
  record.content_type = "application/pdf";
  record.url = "https://a.example/";
  record.crawl_depth = 3;
  record.crawl_pages = 40;
  record.created_at = now;
  record.updated_at = now + Duration(7);
  record.content_status = "success";
  record.active_version = 1;
  record.original_version = 1;
  record.latest_version = 2;
  record.chunk_count = 15;
  record.total_tokens = 3200;
  record.size = 52'428'800;
  record.sha256 = std::string(64, 'a');
  record.processing_time_ms = 1234;
  record.title = "An overview";
  record.language = "en";
  record.embedder = "built-in/1";
  record.metadata = {{"team", "blue"}};
  record.operation_id = "operation-of-" + id;
  record.sequence = 5;
  return record;
}

ChunkRecord chunk_record(const std::string& document_id, int version, int index) {
  ChunkRecord record;
  record.document_id = document_id;
  record.version = version;
  record.index = index;
  record.text = "The text of chunk " + std::to_string(index) + ".\n";
  record.page = index + 1;
  record.heading = "Heading";
  record.start = 100 * index;
  record.end = 100 * index + 90;
  record.token_count = 20 + index;
  record.url = "https://example.org/a";
  record.first_window = 2 * index;
  record.last_window = 2 * index + 2;
  return record;
}

WindowsRecord windows_record(const std::string& document_id, int version, int first, int count) {
  WindowsRecord record{document_id, version, first, 3, {}};
  for (int index = first; index < first + count; ++index) {
    auto value = static_cast<float>(index);
    record.vectors.insert(record.vectors.end(), {value, value + 0.25F, -value});
  }
  return record;
}

ConversationRecord conversation_record(const std::string& id, const std::string& owner,
                                       TimePoint now) {
  return {owner, id, "alice", "On walruses", now, now + Duration(5), 2, "completed", "operation-1"};
}

MessageRecord message_record(const std::string& conversation, const std::string& owner,
                             std::uint64_t number, TimePoint now) {
  bool answer = number % 2 == 0;
  MessageRecord record{owner,
                       conversation,
                       number,
                       answer ? "assistant" : "user",
                       "Message " + std::to_string(number),
                       now + Duration(static_cast<std::int64_t>(number)),
                       answer ? "extractive" : "",
                       {},
                       "operation-1"};
  if (answer) record.latency_ms = 1250;
  return record;
}

ChatStatusRecord chat_status_record(const std::string& conversation, const std::string& owner,
                                    TimePoint now) {
  ChatStatusRecord record;
  record.owner = owner;
  record.conversation_id = conversation;
  record.operation_id = "operation-1";
  record.status = status::Outcome::kProcessing;
  record.step = status::Step::kRetrievingContext;
  record.message = "Retrieving relevant context...";
  record.created_at = now;
  record.metadata = {{"chunks_retrieved", 5}};
  record.expires_at = now + kChatStatusLife;
  return record;
}

}  // namespace walrus::testing
