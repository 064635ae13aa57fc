// Documents, chunks and windows: what every engine promises (store.h).
#include "testing/store_fixture.h"

namespace walrus::testing {
namespace {

using namespace store;

class Documents : public StoreTest {};

std::vector<std::string> ids(const std::vector<DocumentRecord>& records) {
  std::vector<std::string> found;
  for (const DocumentRecord& record : records) found.push_back(record.id);
  return found;
}

TEST_P(Documents, KeepEveryField) {
  DocumentRecord record = document_record("d", "bob", clock.now());
  record.url = "https://example.org/?a=1";
  put(PutDocument{record});
  auto read = get(store->document("bob", "d"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, "d");
  EXPECT_EQ(read->owner, "bob");
  EXPECT_EQ(read->type, "file_upload");
  EXPECT_EQ(read->filename, record.filename);
  EXPECT_EQ(read->file_type, ".pdf");
  EXPECT_EQ(read->content_type, "application/pdf");
  EXPECT_EQ(read->url, record.url);
  EXPECT_EQ(read->created_at, record.created_at);
  EXPECT_EQ(read->updated_at, record.updated_at);
  EXPECT_EQ(read->content_status, "success");
  EXPECT_EQ(read->active_version, 1);
  EXPECT_EQ(read->original_version, 1);
  EXPECT_EQ(read->latest_version, 2);
  EXPECT_EQ(read->chunk_count, 15);
  EXPECT_EQ(read->total_tokens, 3200);
  EXPECT_EQ(read->size, 52'428'800);
  EXPECT_EQ(read->sha256, record.sha256);
  EXPECT_EQ(read->processing_time_ms, 1234);
  EXPECT_EQ(read->title, "An overview");
  EXPECT_EQ(read->language, "en");
  EXPECT_EQ(read->embedder, "built-in/1");
  EXPECT_EQ(read->metadata, record.metadata);
  EXPECT_EQ(read->operation_id, "operation-of-d");
  EXPECT_EQ(read->sequence, 5u);
}

TEST_P(Documents, OfAnotherOwnerAreNotThere) {
  put(PutDocument{document_record("d", "bob", clock.now())});
  EXPECT_FALSE(get(store->document("eve", "d")));
  EXPECT_TRUE(get(store->documents("eve", "", {})).records.empty());
  EXPECT_EQ(code_of(commit(PutDocument{document_record("d", "eve", clock.now())})),
            ErrorCode::kConflict);
  put(DeleteDocument{"eve", "d"});
  EXPECT_TRUE(get(store->document("bob", "d")));
}

TEST_P(Documents, AreReplacedUnlessTheyMustBeAbsent) {
  DocumentRecord record = document_record("d", "bob", clock.now());
  put(PutDocument{record, true});
  record.title = "Another";
  record.metadata.clear();
  record.sequence = 2;
  EXPECT_EQ(code_of(commit(PutDocument{record, true})), ErrorCode::kConflict);
  EXPECT_EQ(get(store->document("bob", "d"))->title, "An overview");
  put(PutDocument{record});
  auto read = get(store->document("bob", "d"));
  EXPECT_EQ(read->title, "Another");
  EXPECT_TRUE(read->metadata.empty());
  EXPECT_EQ(read->sequence, 5u) << "the sequence never falls";
}

TEST_P(Documents, CarryTheSequenceOfTheirLatestOperation) {
  DocumentRecord record = document_record("d", "bob", clock.now());
  OperationRecord operation = operation_record("operation-of-d", "bob", clock.now());
  operation.state.operation.document_id = "d";
  operation.state.sequence = 8;
  put(PutDocument{record}, PutOperation{operation});
  EXPECT_EQ(get(store->document("bob", "d"))->sequence, 8u);
  operation.state.sequence = 9;
  operation.state.updated_at = clock.now() + std::chrono::seconds(3);
  put(UpdateState{operation.state});
  auto read = get(store->document("bob", "d"));
  EXPECT_EQ(read->sequence, 9u);
  EXPECT_EQ(read->updated_at, operation.state.updated_at);

  OperationRecord stranger = operation_record("stranger", "bob", clock.now());
  stranger.state.operation.document_id = "d";
  stranger.state.sequence = 99;
  put(PutOperation{stranger});
  EXPECT_EQ(get(store->document("bob", "d"))->sequence, 9u);
  record.operation_id = "stranger";
  put(PutDocument{record});
  EXPECT_EQ(get(store->document("bob", "d"))->sequence, 99u);
}

TEST_P(Documents, AreFoundByTheWindowsOfTheirActiveVersion) {
  DocumentRecord record = document_record("d", "bob", clock.now());
  record.active_version = 2;
  put(PutDocument{record}, SetWindowsHash{"d", "hash"});
  auto found = [&](const std::string& owner, const std::string& hash, const std::string& embedder) {
    auto key = get(store->version_with_windows(owner, hash, embedder));
    return key ? key->document_id + ":" + std::to_string(key->version) : "";
  };
  EXPECT_EQ(found("bob", "hash", record.embedder), "d:2");
  EXPECT_EQ(found("eve", "hash", record.embedder), "");
  EXPECT_EQ(found("bob", "other", record.embedder), "");
  EXPECT_EQ(found("bob", "hash", "other/1"), "");
  EXPECT_EQ(found("bob", "", record.embedder), "");

  record.active_version = 3;
  put(PutDocument{record});
  EXPECT_EQ(found("bob", "hash", record.embedder), "d:3") << "a row that is put keeps its hash";
  put(SetWindowsHash{"d", ""});
  EXPECT_EQ(found("bob", "hash", record.embedder), "");
  EXPECT_EQ(found("bob", "", record.embedder), "");
  put(SetWindowsHash{"d", "hash"});
  record.active_version = 0;
  put(PutDocument{record});
  EXPECT_EQ(found("bob", "hash", record.embedder), "");

  record.active_version = 4;
  put(PutDocument{record}, DeleteDocument{"bob", "d"});
  EXPECT_EQ(found("bob", "hash", record.embedder), "");
  EXPECT_EQ(code_of(commit(SetWindowsHash{"d", "hash"})), ErrorCode::kConflict);
}

TEST_P(Documents, AreListedNewestFirstPageByPage) {
  for (int i = 0; i < 5; ++i) {
    DocumentRecord record =
        document_record("d" + std::to_string(i), "bob", clock.now() + Duration(i / 2));
    if (i % 2 == 1) record.type = "web_crawl";
    put(PutDocument{record});
  }
  auto first = get(store->documents("bob", "", {3, ""}));
  EXPECT_EQ(ids(first.records), (std::vector<std::string>{"d4", "d3", "d2"}));
  // What comes in meanwhile does not move the pages.
  put(PutDocument{document_record("d9", "bob", clock.now() + std::chrono::hours(1))});
  auto second = get(store->documents("bob", "", {3, first.next}));
  EXPECT_EQ(ids(second.records), (std::vector<std::string>{"d1", "d0"}));
  EXPECT_EQ(second.next, "");
  EXPECT_EQ(ids(get(store->documents("bob", "web_crawl", {})).records),
            (std::vector<std::string>{"d3", "d1"}));
  EXPECT_EQ(code_of(run(loop, store->documents("bob", "", {3, "nonsense"}))),
            ErrorCode::kBadRequest);
}

TEST_P(Documents, AreFoundForEveryOwner) {
  DocumentRecord none = document_record("none", "bob", clock.now());
  none.active_version = 0;
  DocumentRecord three = document_record("three", "eve", clock.now());
  three.active_version = 3;
  put(PutDocument{none}, PutDocument{three},
      PutDocument{document_record("one", "bob", clock.now())});
  auto versions = get(store->document_versions());
  ASSERT_EQ(versions.size(), 3u);
  EXPECT_EQ(versions[0].document_id, "none");
  EXPECT_EQ(versions[0].active_version, 0);
  EXPECT_EQ(versions[1].document_id, "one");
  EXPECT_EQ(versions[1].owner, "bob");
  EXPECT_EQ(versions[2].document_id, "three");
  EXPECT_EQ(versions[2].owner, "eve");
  EXPECT_EQ(versions[2].active_version, 3);
  EXPECT_EQ(versions[2].latest_version, three.latest_version);
  EXPECT_EQ(versions[2].updated_at, three.updated_at);
  EXPECT_EQ(versions[2].embedder, three.embedder);
}

TEST_P(Documents, KeepTheirChunks) {
  put(PutDocument{document_record("d", "bob", clock.now())});
  ChunkRecord chunk = chunk_record("d", 1, 0);
  put(PutChunks{{chunk, chunk_record("d", 1, 1), chunk_record("d", 2, 0)}});
  auto read = get(store->chunk("d", 1, 0));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->document_id, "d");
  EXPECT_EQ(read->version, 1);
  EXPECT_EQ(read->index, 0);
  EXPECT_EQ(read->text, chunk.text);
  EXPECT_EQ(read->page, 1);
  EXPECT_EQ(read->heading, "Heading");
  EXPECT_EQ(read->start, 0);
  EXPECT_EQ(read->end, 90);
  EXPECT_EQ(read->token_count, 20);
  EXPECT_EQ(read->url, chunk.url);
  EXPECT_EQ(read->first_window, 0);
  EXPECT_EQ(read->last_window, 2);
  EXPECT_FALSE(get(store->chunk("d", 1, 2)));
  EXPECT_FALSE(get(store->chunk("e", 1, 0)));
  chunk.text = "replaced";
  put(PutChunks{{chunk}});
  EXPECT_EQ(get(store->chunk("d", 1, 0))->text, "replaced");
  EXPECT_EQ(get(store->chunks("d", 1, {})).records.size(), 2u);
}

TEST_P(Documents, GiveChunksInOrderPageByPage) {
  put(PutDocument{document_record("d", "bob", clock.now())});
  // Not in order, and past ten, so that no text order is taken for it.
  for (int index : {11, 3, 0, 7, 2, 10, 1}) put(PutChunks{{chunk_record("d", 1, index)}});
  std::vector<int> indices;
  Page page{3, ""};
  do {
    auto listing = get(store->chunks("d", 1, page));
    for (const ChunkRecord& chunk : listing.records) indices.push_back(chunk.index);
    page.after = listing.next;
  } while (!page.after.empty());
  EXPECT_EQ(indices, (std::vector<int>{0, 1, 2, 3, 7, 10, 11}));
  for (std::string cursor : {"x", "0000000g", "ffffffff", "000000000"}) {
    EXPECT_EQ(code_of(run(loop, store->chunks("d", 1, {3, cursor}))), ErrorCode::kBadRequest)
        << cursor;
  }
}

TEST_P(Documents, KeepTheirWindows) {
  put(PutDocument{document_record("d", "bob", clock.now())});
  put(PutWindows{windows_record("d", 1, 0, 4)});
  put(PutWindows{windows_record("d", 1, 4, 3)});
  auto all = get(store->windows("d", 1, 0, 100));
  EXPECT_EQ(all.document_id, "d");
  EXPECT_EQ(all.version, 1);
  EXPECT_EQ(all.first, 0);
  EXPECT_EQ(all.dimensions, 3);
  EXPECT_EQ(all.vectors, windows_record("d", 1, 0, 7).vectors);
  auto some = get(store->windows("d", 1, 3, 2));
  EXPECT_EQ(some.first, 3);
  EXPECT_EQ(some.vectors, windows_record("d", 1, 3, 2).vectors);
  EXPECT_TRUE(get(store->windows("d", 1, 7, 2)).vectors.empty());
  EXPECT_TRUE(get(store->windows("d", 2, 0, 2)).vectors.empty());
  WindowsRecord other = windows_record("d", 1, 20, 2);
  other.first = 1;
  put(PutWindows{other});
  EXPECT_EQ(get(store->windows("d", 1, 1, 2)).vectors, other.vectors);
  EXPECT_EQ(get(store->window_count("d", 1)), 7);
}

TEST_P(Documents, CountWindowsUpToTheFirstHole) {
  put(PutDocument{document_record("d", "bob", clock.now())});
  EXPECT_EQ(get(store->window_count("d", 1)), 0);
  put(PutWindows{windows_record("d", 1, 5, 2)});
  EXPECT_EQ(get(store->window_count("d", 1)), 0);
  put(PutWindows{windows_record("d", 1, 0, 3)});
  EXPECT_EQ(get(store->window_count("d", 1)), 3);
  EXPECT_EQ(get(store->windows("d", 1, 0, 100)).vectors.size(), 9u) << "up to the hole";
  put(PutWindows{windows_record("d", 1, 2, 3)});
  EXPECT_EQ(get(store->window_count("d", 1)), 7);
}

TEST_P(Documents, ThatAreMissingTakeNothing) {
  EXPECT_EQ(code_of(commit(PutChunks{{chunk_record("d", 1, 0)}})), ErrorCode::kConflict);
  EXPECT_EQ(code_of(commit(PutWindows{windows_record("d", 1, 0, 4)})), ErrorCode::kConflict);
  EXPECT_FALSE(get(store->chunk("d", 1, 0)));
  EXPECT_EQ(get(store->window_count("d", 1)), 0);
}

TEST_P(Documents, LoseAVersionWhole) {
  put(PutDocument{document_record("d", "bob", clock.now())},
      PutDocument{document_record("e", "bob", clock.now())},
      PutChunks{{chunk_record("d", 1, 0), chunk_record("d", 2, 0), chunk_record("e", 1, 0)}},
      PutWindows{windows_record("d", 1, 0, 2)}, PutWindows{windows_record("d", 2, 0, 2)});
  put(DeleteVersion{"d", 1});
  EXPECT_FALSE(get(store->chunk("d", 1, 0)));
  EXPECT_EQ(get(store->window_count("d", 1)), 0);
  EXPECT_TRUE(get(store->chunk("d", 2, 0)));
  EXPECT_EQ(get(store->window_count("d", 2)), 2);
  EXPECT_TRUE(get(store->chunk("e", 1, 0)));
}

TEST_P(Documents, LoseTheChunksOfAVersionAndKeepItsWindows) {
  put(PutDocument{document_record("d", "bob", clock.now())},
      PutChunks{{chunk_record("d", 1, 0), chunk_record("d", 2, 0)}},
      PutWindows{windows_record("d", 1, 0, 2)});
  put(DeleteChunks{"d", 1});
  EXPECT_FALSE(get(store->chunk("d", 1, 0)));
  EXPECT_EQ(get(store->window_count("d", 1)), 2);
  EXPECT_TRUE(get(store->chunk("d", 2, 0)));
}

TEST_P(Documents, TakeEverythingAlongWhenDeleted) {
  OperationRecord operation = operation_record("operation-of-d", "bob", clock.now());
  operation.state.operation.document_id = "d";
  OperationRecord without = operation_record("without", "bob", clock.now());
  put(PutDocument{document_record("d", "bob", clock.now())},
      PutDocument{document_record("e", "bob", clock.now())}, PutOperation{operation},
      PutOperation{without}, AppendEvents{"operation-of-d", {progress_event(1, clock.now())}},
      AppendEvents{"without", {progress_event(1, clock.now())}},
      PutChunks{{chunk_record("d", 1, 0), chunk_record("e", 1, 0)}},
      PutWindows{windows_record("d", 1, 0, 2)}, PutWindows{windows_record("e", 1, 0, 2)});
  put(DeleteDocument{"bob", "d"});
  EXPECT_FALSE(get(store->document("bob", "d")));
  EXPECT_FALSE(get(store->chunk("d", 1, 0)));
  EXPECT_EQ(get(store->window_count("d", 1)), 0);
  EXPECT_FALSE(get(store->operation("bob", "operation-of-d")));
  EXPECT_TRUE(get(store->events("bob", "operation-of-d", 0, 10)).empty());
  EXPECT_TRUE(get(store->document("bob", "e")));
  EXPECT_TRUE(get(store->chunk("e", 1, 0)));
  EXPECT_EQ(get(store->window_count("e", 1)), 2);
  EXPECT_TRUE(get(store->operation("bob", "without")));
  EXPECT_EQ(get(store->events("bob", "without", 0, 10)).size(), 1u);
  // The events of a deleted operation do not come back with its id.
  put(PutOperation{operation});
  EXPECT_TRUE(get(store->events("bob", "operation-of-d", 0, 10)).empty());
  EXPECT_TRUE(commit(DeleteDocument{"bob", "d"})) << "absent is fine";
}

INSTANTIATE_TEST_SUITE_P(Stores, Documents, ::testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace walrus::testing
